import assert from 'node:assert/strict';
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type Name,
  type Question,
  RCODE,
  type ResourceRecord,
  rdataToText,
} from '#core/dns/index.js';
import { type Check, LIMITS, type Proven, prove } from '#core/dnssec/index.js';
import { hashes, verify } from '#node/crypto.js';
import { type DenialKind, response } from '#node/testing/index.js';
import { AT, question } from '../core/dnssec/driver.js';
import type { Chance } from '../live/differential/chance.js';
import { campaign } from './campaign.js';
import { mutate, mutateOctets } from './mutate.js';
import { ASKED, everyQuestion, signedWorld } from './signed-world.js';

// Whatever is done to the answers of a signed zone, by somebody without its keys, what is then proven is what was true.

for (const [title, denial] of [
  ['NSEC', { kind: 'nsec' }],
  ['NSEC3', { kind: 'nsec3' }],
  ['NSEC3 with opt-out', { kind: 'nsec3', optOut: true }],
] satisfies readonly [string, DenialKind][]) {
  const { answer, anchors } = signedWorld(denial);
  const keyOf = ({ name, type }: Question) => `${name} ${type}`;
  const honest = new Map<string, Message>();
  const honestly = (each: Question): Message => {
    const message = honest.get(keyOf(each)) ?? answer(each);
    honest.set(keyOf(each), message);
    return message;
  };
  const pool = everyQuestion.map(honestly);
  const truths = new Map<string, Promise<Proven>>();
  const truthOf = (asked: string): Promise<Proven> => {
    const truth = truths.get(asked) ?? run(asked, honestly);
    truths.set(asked, truth);
    return truth;
  };

  async function run(asked: string, ask: (each: Question) => Message | undefined): Promise<Proven> {
    const proving = prove(question(asked), { anchors, at: AT, hashes });
    let [questions, checks] = [0, 0];
    for (let step = proving.next(); ; ) {
      if (step.done) return step.value;
      const { ask: wanted, check } = step.value;
      questions += wanted.length;
      checks += check.length;
      assert.ok(questions <= LIMITS.upstreamQuestions && checks <= LIMITS.checksPerQuestion);
      const replies = wanted.map((each) => {
        const message = ask(each);
        return message === undefined
          ? ({ kind: 'failure', why: 'it cannot be read' } as const)
          : ({ kind: 'message', message } as const);
      });
      step = proving.next({ replies, valid: await Promise.all(check.map(verifyOnce)) });
    }
  }

  campaign(
    `[R34] with ${title}, no change to the answers makes anything untrue secure, nor anything signed insecure`,
    10,
    async (chance) => {
      const asked = chance.any(ASKED) as string; // as: there are some
      const truth = await truthOf(asked);
      // one reply in most cases, so that the proof comes to where it was damaged; and that one by little
      const victim = chance.hits(0.8) ? chance.below(8) : undefined;
      let turn = 0;
      const proven = await run(asked, (each) => {
        const hit = victim === undefined ? chance.hits(0.3) : victim === turn++;
        return hit ? damaged(chance, honestly(each), each, pool) : honestly(each);
      });
      const why = proven.because.join('\n');
      if (proven.proof === 'bogus' || proven.proof === 'indeterminate') assert.deepEqual(proven.records, []);
      else if (proven.proof === 'secure') assert.equal(told(proven), told(truth), why);
      else assert.equal(truth.proof, 'insecure', why);
      if (proven.expires !== undefined) assert.ok(proven.expires <= AT + 300);
    },
  );
}

const verified = new Map<string, Promise<boolean>>();
const MAX_VERIFIED = 20_000;

/** Most signatures are good ones that come again and again: each is checked once. */
function verifyOnce(check: Check): Promise<boolean> {
  const { algorithm, publicKey, signed, signature } = check;
  const key = [Uint8Array.of(algorithm), publicKey, signature, signed]
    .map((octets) => Buffer.from(octets).toString('latin1'))
    .join('|');
  const valid = verified.get(key) ?? verify(check);
  if (verified.size >= MAX_VERIFIED) verified.clear();
  verified.set(key, valid);
  return valid;
}

/** The answer with something done to its octets, to its records, or to the whole; `undefined` if it cannot be read. */
function damaged(chance: Chance, message: Message, asked: Question, pool: readonly Message[]): Message | undefined {
  switch (chance.below(4)) {
    case 0:
      return reread(chance, message, pool);
    case 1:
    case 2:
      return mutatedRecords(chance, message, asked, pool);
    default:
      return replaced(chance, message, asked, pool);
  }
}

const everything = ({ answers, authorities }: Message): readonly ResourceRecord[] => [...answers, ...authorities];

function reread(chance: Chance, message: Message, pool: readonly Message[]): Message | undefined {
  const others = [chance.any(pool) ?? message].map((each) => encodeMessage(each));
  const read = decodeMessage(mutateOctets(chance, encodeMessage(message), others));
  return read.ok ? read.value : undefined;
}

function mutatedRecords(chance: Chance, message: Message, asked: Question, pool: readonly Message[]): Message {
  const [from, other] = [chance.any(pool) ?? message, chance.any(pool) ?? message];
  const section = message.answers.length > 0 && chance.hits(0.7) ? 'answers' : 'authorities';
  const change = (record: ResourceRecord): ResourceRecord => {
    switch (chance.below(6)) {
      case 0:
        return { ...record, name: chance.hits(0.5) ? asked.name : ownerIn(chance, other, record.name) };
      case 1:
        return { ...record, ttl: chance.below(100_000) };
      case 2:
        return {
          ...record,
          rdata: mutateOctets(
            chance,
            record.rdata,
            everything(other).map(({ rdata }) => rdata),
          ),
        };
      default: {
        const at = chance.below(record.rdata.length);
        return {
          ...record,
          rdata: record.rdata.map((octet, index) => (index === at ? octet ^ (1 << chance.below(8)) : octet)),
        };
      }
    }
  };
  const records = message[section];
  const victim = chance.any(records);
  return {
    ...message,
    [section]: chance.hits(0.5)
      ? records.map((record) => (record === victim ? change(record) : record))
      : mutate(chance, records, [everything(from)], change),
  };
}

const ownerIn = (chance: Chance, message: Message, otherwise: Name): Name =>
  chance.any(everything(message))?.name ?? otherwise;

/** Another answer, for all or half of it, perhaps with its records made out to this name. */
function replaced(chance: Chance, message: Message, asked: Question, pool: readonly Message[]): Message {
  const other = chance.any(pool) ?? message;
  const renamed = (record: ResourceRecord) => ({ ...record, name: asked.name });
  switch (chance.below(6)) {
    case 0:
      return response(asked, RCODE.SERVFAIL);
    case 1:
      return { ...message, rcode: chance.pick([RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN]) };
    case 2:
      return { ...other, answers: other.answers.map(renamed) };
    case 3:
      return { ...message, authorities: other.authorities };
    case 4:
      return { ...message, answers: other.answers, authorities: [...message.authorities, ...other.authorities] };
    default:
      return other;
  }
}

const told = ({ answer, records }: Proven): string =>
  [answer, ...records.map(({ name, type, rdata }) => `${name.toLowerCase()} ${rdataToText(type, rdata)}`).sort()].join(
    '\n',
  );
