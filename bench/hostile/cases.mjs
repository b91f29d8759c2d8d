// The answers that the tests hold to their limits, as octets: what it takes to make them is not what is measured.
import { encodeMessage } from 'hastls/dns';
import { createAnswerReader } from 'hastls/dnssec';
import { AT, question, run } from '../../packages/hastls/.test/core/dnssec/driver.js';
import { costly, floods, HOST, oneLink, world } from '../../packages/hastls/.test/core/dnssec/hostile-answers.js';

/** Each kind with the question, the anchors, the time, what it comes to, and the answers that were asked for. */
export async function recordedCases() {
  const cases = [];
  for (const each of kinds) cases.push(await recorded(each));
  return cases;
}

const kinds = [
  { what: 'an honest answer, for comparison', asked: `${HOST} A`, ...world() },
  ...floods.map(({ what, zone, attack }) => {
    const { answer, anchors } = world(zone);
    return { what, asked: `${HOST} A`, answer: attack(answer), anchors };
  }),
  ...costly.map(([what, zone, asked]) => {
    const { answer, anchors } = world(zone);
    return { what, asked, answer: oneLink(answer), anchors };
  }),
];

async function recorded({ what, asked, answer, anchors }) {
  const answers = new Map();
  const remember = (each) => {
    const message = answer(each);
    answers.set(`${each.name} ${each.type}`, encodeMessage(message));
    return message;
  };
  const { proven } = await run(asked, { answer: remember, anchors, readAnswer: createAnswerReader().read });
  const limit = /limit (\w+)/.exec(proven.because.join('\n'))?.[1];
  const outcome = [proven.proof, ...(limit === undefined ? [] : [`by ${limit}`])].join(' ');
  return { what, outcome, question: question(asked), anchors, at: AT, answers };
}
