// A process that judges recorded answers, each kind in turn, and says how much CPU time each took.
// Started by run.mjs with FILE ROUNDS
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { createAnswerReader, prove } from 'hastls/dnssec';
import { drive, hashes } from 'hastls/resolve';

const [path, rounds] = process.argv.slice(2);
const cases = deserialize(readFileSync(path));
const never = new AbortController().signal;

const times = cases.map(() => []);
for (let round = 0; round < Number(rounds); round++)
  for (const [at, each] of cases.entries()) times[at].push(await cpuMs(each));
process.stdout.write(JSON.stringify(times));

async function cpuMs({ question, anchors, at, answers }) {
  const before = process.cpuUsage(); // of all threads
  const { read: readAnswer } = createAnswerReader();
  const ask = async ({ name, type }) => {
    const read = readAnswer(answers.get(`${name} ${type}`));
    return read.ok ? { kind: 'message', message: read.value } : { kind: 'failure', why: read.why };
  };
  await drive(prove(question, { anchors, at, hashes }), ask, never);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
