// What a hostile answer costs: CPU time to read and judge each of the answers that the tests hold to their limits, as
// medians, each in turn. Usage: npm run bench -- hostile [rounds]
import { decodeMessage, encodeMessage } from 'hastls/dns';
import { prove } from 'hastls/dnssec';
import { drive, hashes } from 'hastls/resolve';
import { AT, question } from '../../packages/hastls/.test/core/dnssec/driver.js';
import { costly, floods, HOST, oneLink, world } from '../../packages/hastls/.test/core/dnssec/hostile-answers.js';

const rounds = Number(process.argv[2] ?? 9);
const GOAL_MS = 50;
const never = new AbortController().signal;

const cases = [
  { what: 'an honest answer, for comparison', asked: `${HOST} A`, ...world() },
  ...floods.map(({ what, zone, attack }) => {
    const { answer, anchors } = world(zone);
    return { what, asked: `${HOST} A`, answer: attack(answer), anchors };
  }),
  ...costly.map(([what, zone, asked]) => {
    const { answer, anchors } = world(zone);
    return { what, asked, answer: oneLink(answer), anchors };
  }),
].map(withOctets);

for (let round = 0; round < rounds; round++) for (const each of cases) each.times.push(await cpuMs(each));

console.log(`CPU in ms, user and system, all threads; median of ${rounds}; goal at most ${GOAL_MS}\n`);
for (const { what, outcome, times } of cases) {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  const [middle, most] = [median, sorted.at(-1)].map((ms) => ms.toFixed(1).padStart(6));
  console.log(`${middle} (most ${most})  ${median <= GOAL_MS ? 'met    ' : 'NOT met'}  ${what}: ${outcome}`);
}

/** Answers as they come from the network: what it takes to make them is not what is measured. */
function withOctets({ what, asked, answer, anchors }) {
  const held = new Map();
  const ask = async (each) => {
    const key = `${each.name} ${each.type}`;
    if (!held.has(key)) held.set(key, encodeMessage(answer(each)));
    const read = decodeMessage(held.get(key));
    return read.ok ? { kind: 'message', message: read.value } : { kind: 'failure', why: read.why };
  };
  return { what, asked, ask, anchors, times: [], outcome: undefined };
}

async function cpuMs(each) {
  const judge = () => drive(prove(question(each.asked), { anchors: each.anchors, at: AT, hashes }), each.ask, never);
  each.outcome ??= (await judge()).proof; // and the answers are made
  const before = process.cpuUsage();
  await judge();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
