/**
 * The same by the command line, as a person or a script would: stdin and stdout are the connection, and whatever is
 * not TLS is said on stderr.
 */
import assert from 'node:assert/strict';
import { hastls, type Run } from './command-line.ts';
import { PARENTS } from './peers/dns-world.ts';
import { live } from './peers/stage.ts';
import { CASES, OFFER, type Promised } from './promises.ts';
import { startWorld, WORLD } from './world.ts';

live('`hastls connect` reaches each service by its record, under each stance', WORLD, async (stage) => {
  const { services, dns, certificate } = await startWorld(stage);
  const common = ['--resolver', `udp://127.0.0.1:${dns.resolver}`, '--anchors', dns.anchorFile, '--ca', certificate.ca];
  const [parent] = PARENTS;
  const cases = CASES.filter(({ row }) => TOLD.includes(row.host));
  const talks = services.map(async (service) => {
    const done = [];
    for (const { row, stance, expected } of cases) {
      const url = `${service.scheme}://${service.scheme}-${row.host}.${parent}`;
      const lines = `${service.ask}\r\n${service.leave}\r\n`;
      const run = await hastls(['connect', url, '--stance', stance, ...common], lines);
      done.push({ url, stance, expected, service, run });
    }
    return done;
  });
  for (const { url, stance, expected, service, run } of (await Promise.all(talks)).flat())
    await stage.check(`${url} ${stance}: ${expected}`, () => judge(expected, service, run));
});

// Each run is a process, and takes its time: in-band, implicit, and both ways to be attacked are enough.
const TOLD: readonly string[] = ['both', 'only', 'cut', 'cut-wanted'];

/** What a person sees of the command, beside what was to be expected. */
function judge(expected: string, { answered }: Promised, { status, stdout, stderr }: Run): void {
  if (expected.startsWith('ERR_')) {
    assert.equal(status, 1, stderr);
    assert.equal(stdout, '', 'nothing came through');
    assert.match(stderr, new RegExp(`^hastls: .* \\(${expected}\\)$`, 'm'));
    return;
  }
  assert.equal(status, 0, stderr);
  assert.match(stdout, answered);
  if (!expected.startsWith('plaintext')) {
    assert.equal(stderr, '', 'TLS is nothing to remark on');
    assert.doesNotMatch(stdout, OFFER, 'the server still offers TLS: it believes to be in clear');
    return;
  }
  assert.match(stderr, /^hastls: mind: this connection is plaintext$/m);
  assert.equal(stderr.trimEnd().split('\n').length, 1 + expected.split(' after ').length, 'and each attempt is told');
}
