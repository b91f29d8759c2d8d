/**
 * Our verdict against Unbound's, and delv's where it can say, on identical answers: worlds made by chance, signed and
 * served by our own server, and damaged on the way. All of it follows from a seed, which is printed:
 *
 *     HASTLS_DIFFERENTIAL_SEED=… HASTLS_DIFFERENTIAL_CASES=5000 node tools/run-tests.mjs --live differential
 *
 * and one case alone with HASTLS_DIFFERENTIAL_ONLY=its number. Keys are new each time; no verdict depends on them. A
 * verdict that is not Unbound's is a bug of ours, or has its reason in `differential/expected-disagreements.ts`.
 */
import assert from 'node:assert/strict';
import { type Question, recordToText } from '#core/dns/index.js';
import { startDnsServer } from '#node/testing/index.js';
import { type Case, randomCases } from './differential/cases.ts';
import { EXPECTED } from './differential/expected-disagreements.ts';
import { proveWith } from './differential/ours.ts';
import { ask, startJudge } from './differential/unbound-judge.ts';
import { reasonsOf, verdictOf, verdictOfAnswer } from './differential/verdict.ts';
import type { Need } from './peers/commands.ts';
import { judge } from './peers/delv.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';

const { HASTLS_DIFFERENTIAL_SEED = '1997', HASTLS_DIFFERENTIAL_CASES = '1000', HASTLS_DIFFERENTIAL_ONLY } = process.env;
const SEED = Number(HASTLS_DIFFERENTIAL_SEED);
const UNBOUND: Need = { packages: 'unbound', commands: ['unbound'] };
const DELV: Need = { packages: 'bind9-dnsutils', commands: ['delv'] };
/** Now, as delv knows no other time. */
const AT = Math.floor(Date.now() / 1000);
/** As many as one Unbound judges, and as many of them side by side. */
const BATCH = 300;
const AT_ONCE = 24;

const [first, end] =
  HASTLS_DIFFERENTIAL_ONLY === undefined
    ? [0, Number(HASTLS_DIFFERENTIAL_CASES)]
    : [Number(HASTLS_DIFFERENTIAL_ONLY), Number(HASTLS_DIFFERENTIAL_ONLY) + 1];

for (let from = first; from < end; from += BATCH) {
  const count = Math.min(BATCH, end - from);
  live(`cases ${from} to ${from + count - 1} of seed ${SEED}`, [UNBOUND, DELV], async (stage) => {
    const { cases, rootAnchor, anchors, answer } = await randomCases(SEED, from, count, AT);
    const server = await startDnsServer(answer);
    await stage.keep(Promise.resolve({ name: 'our server', log: () => '', stop: server.close }));
    const [port = 0] = await freePorts(1);
    await stage.keep(startJudge(stage.home, { port, upstream: server.port, anchors, at: AT }));
    const delv = await judge(stage.home, server.port, recordToText(rootAnchor.record));

    const counts = new Map<string, number>();
    const tally = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    const unexplained: string[] = [];

    async function compare(each: Case): Promise<void> {
      const { proven } = await proveWith(each.question, answer, anchors, AT);
      const message = await ask(port, each.question);
      const [ours, theirs, reasons] = [verdictOf(proven), verdictOfAnswer(each.question, message), reasonsOf(message)];
      const disputed = (by: string) =>
        unexplained.push([describe(each), `${by}; ours: ${ours}`, ...proven.because].join('\n  '));
      if (ours.startsWith('secure') && ours !== each.truth) disputed(`undamaged, it was ${each.truth}`); // nobody can forge
      const known = EXPECTED.find(({ fits }) => fits({ disputed: each, ours, proven, theirs, reasons }));
      if (ours === theirs) tally(ours.replace(/ .*/, ''));
      else if (known !== undefined) tally(`expected (${known.id}, ours ${ours.replace(/ .*/, '')})`);
      else disputed(`Unbound's: ${theirs} ${reasons}`);

      if (!each.fitForDelv) return;
      const third = await delv(each.question.name, typeNumber(each.question));
      if (third === ours.replace(/ .*/, '')) tally('confirmed by delv');
      // opt-out leaves room for unsigned names, so that absence is not authentic [RFC5155 §9.2]; delv says it is
      else if (third === 'secure' && ours === 'insecure absence') tally('opt-out, secure to delv');
      else disputed(`delv's: ${third}`);
    }

    const waiting = [...cases];
    const worker = async () => {
      for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) await compare(each);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    console.log(`seed ${SEED}: ${[...counts].map(([what, times]) => `${times} ${what}`).join(', ')}`);
    assert.equal(unexplained.length, 0, unexplained.join('\n'));
  });
}

const typeNumber = ({ type }: Question): string => `TYPE${type}`;

const describe = ({ index, question, damages }: Case): string =>
  [`case ${index}: ${question.name} ${typeNumber(question)}`, ...damages.map(({ says }) => `damage at ${says}`)].join(
    '\n  ',
  );
