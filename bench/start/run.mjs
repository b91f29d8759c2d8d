// Start-up: what hastls adds to a bare `node -e 0`, as medians of interleaved runs. Trust the ratios, not the
// milliseconds. Usage: npm run bench -- start [rounds]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHierarchy, startDnsServer } from 'hastls/testing';

const rounds = Number(process.argv[2] ?? 21);
const bin = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const hierarchy = createHierarchy({
  at: Math.floor(Date.now() / 1000),
  zones: [{ apex: '.' }, { apex: 'test.' }, { apex: 'example.test.', records: '_smtp._tcp.mx HASTLS 25 25 1' }],
});
const server = await startDnsServer(hierarchy.answer);
const directory = mkdtempSync(join(tmpdir(), 'hastls-bench-'));
const anchors = join(directory, 'anchors');
const nothing = join(directory, 'nothing.mjs');
writeFileSync(nothing, '');
writeFileSync(anchors, `${hierarchy.anchorLines.join('\n')}\n`);
const lookup = [
  'lookup',
  '_smtp._tcp.mx.example.test',
  '--resolver',
  `udp://127.0.0.1:${server.port}`,
  '--anchors',
  anchors,
];

/** What is run, and the goal, if there is one: a sum in milliseconds or a ratio, against the first. */
const runs = [
  { name: 'node -e 0', argv: ['-e', '0'] },
  { name: 'import nothing', argv: ['--input-type=module', '-e', `import '${nothing}'`] }, // what Node's loader takes
  { name: 'import hastls', argv: ['--input-type=module', '-e', "import 'hastls'"], moreMs: 15 },
  { name: 'hastls --help', argv: [bin, '--help'], ratio: 1.3 },
  { name: 'hastls lookup', argv: [bin, ...lookup], ratio: 2 },
];
const times = runs.map(() => []);
for (let round = 0; round < rounds; round++)
  for (const [index, { argv }] of runs.entries()) times[index].push(await timed(argv));
await server.close();
rmSync(directory, { recursive: true });

const [bare, ...medians] = times.map(median);
console.log(`${runs[0].name.padEnd(16)} ${bare.toFixed(1).padStart(6)} ms   (median of ${rounds})`);
for (const [index, { name, moreMs, ratio }] of runs.slice(1).entries()) {
  const [more, times] = [medians[index] - bare, medians[index] / bare];
  console.log(
    `${name.padEnd(16)} ${medians[index].toFixed(1).padStart(6)} ms   ${times.toFixed(2)} times, ${more.toFixed(1)} ms more${goal(moreMs, ratio, more, times)}`,
  );
}

function goal(moreMs, ratio, more, times) {
  if (moreMs !== undefined) return `   goal at most ${moreMs} ms more: ${more <= moreMs ? 'met' : 'NOT met'}`;
  return ratio === undefined ? '' : `   goal at most ${ratio} times: ${times <= ratio ? 'met' : 'NOT met'}`;
}

function timed(argv) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(process.execPath, argv, {
      stdio: ['ignore', 'ignore', 'inherit'],
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    });
    child.on('error', reject);
    child.on('exit', (status) =>
      status === 0 ? resolve(performance.now() - from) : reject(new Error(`${argv.join(' ')} ended with ${status}`)),
    );
  });
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
