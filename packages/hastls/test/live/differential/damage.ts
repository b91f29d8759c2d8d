import {
  canonical,
  type Message,
  type Name,
  type Question,
  RCODE,
  type ResourceRecord,
  sameName,
  TYPE,
  typeToText,
} from '#core/dns/index.js';
import { type Answerer, type Attack, against } from '#node/testing/index.js';
import type { Chance } from './chance.ts';

/** Something that happens to the answer to one question, whoever asks it. */
export interface Damage {
  readonly question: Question;
  readonly says: string;
  readonly attack: Attack;
}

/** Changes the answer to one of these questions; `others` are questions whose answers may be mixed in. */
export function randomDamage(chance: Chance, asked: readonly Question[], others: readonly Question[]): Damage {
  const victim = chance.any(asked) as Question; // as: whoever proves something asks something
  const { says, change } = randomChange(chance, victim, others);
  const isVictim = ({ name, type }: Question) => type === victim.type && sameName(name, victim.name);
  const attack: Attack = (honest) => {
    // made once, so that all who ask are told the same
    let bent: Message | undefined;
    return (question) => {
      const message = honest(question);
      if (message === undefined) return undefined;
      bent ??= change(message, honest);
      return { ...bent, questions: [question] };
    };
  };
  return {
    question: victim,
    says: `${victim.name} ${typeToText(victim.type)}: ${says}`,
    attack: against(isVictim, attack),
  };
}

type Change = { readonly says: string; readonly change: (message: Message, honest: Answerer) => Message };
type Section = 'answers' | 'authorities';

function randomChange(chance: Chance, victim: Question, others: readonly Question[]): Change {
  const dice = chance.below(1000);
  const other = chance.any(others) ?? victim;
  const from = `${other.name} ${typeToText(other.type)}`;
  const choices: readonly [Change, ...Change[]] = [
    { says: 'an RRset is lost', change: onRrset(dice, () => []) },
    { says: 'an RRset loses its signatures', change: onRrset(dice, (set) => set.filter((each) => !isSignature(each))) },
    { says: 'all signatures are lost', change: onRecords((each) => (isSignature(each) ? [] : [each])) },
    { says: 'all answers are lost', change: (message) => ({ ...message, answers: [] }) },
    { says: 'all authorities are lost', change: (message) => ({ ...message, authorities: [] }) },
    { says: 'the SOA record is lost', change: onRecords((each) => (each.type === TYPE.SOA ? [] : [each])) },
    { says: 'a record is lost', change: onOne(dice, () => []) },
    { says: 'a record is changed', change: onOne(dice, (each) => [flip(each, dice)]) },
    { says: 'a signature is changed', change: onOne(dice, (each) => [flip(each, dice)], isSignature) },
    {
      says: 'a record has another TTL',
      change: onOne(dice, (each) => [{ ...each, ttl: [0, 1, 299, 9999][dice % 4] ?? 0 }]),
    },
    { says: 'a record is doubled', change: onOne(dice, (each) => [each, each]) },
    { says: 'a record moves to another owner', change: onOne(dice, (each) => [{ ...each, name: other.name }]) },
    { says: 'an owner is shouted', change: onOne(dice, (each) => [{ ...each, name: shout(each.name) }]) },
    {
      says: "a signature's octet of the fixed part is changed",
      change: onOne(dice, (each) => [tweak(each, dice)], isSignature),
    },
    { says: 'the order is reversed', change: reversed },
    { says: 'NXDOMAIN and NOERROR change places', change: otherRcode },
    { says: `the answer is that to ${from}`, change: (message, honest) => honest(other) ?? message },
    {
      says: `the authorities are those of ${from}`,
      change: (message, honest) => ({ ...message, authorities: honest(other)?.authorities ?? [] }),
    },
    {
      says: `the authorities of ${from} come on top`,
      change: (message, honest) => add(message, 'authorities', honest(other)?.authorities),
    },
    {
      says: `the answers of ${from} come on top`,
      change: (message, honest) => add(message, 'answers', honest(other)?.answers),
    },
    {
      says: `only the authorities of ${from} are left`,
      change: (message, honest) => ({ ...message, answers: [], authorities: honest(other)?.authorities ?? [] }),
    },
    {
      says: `the answers of ${from} under this name`,
      change: (message, honest) => ({
        ...message,
        answers: renamed(honest(other)?.answers ?? [], other.name, victim.name),
      }),
    },
    { says: 'an unsigned record comes on top', change: (message) => add(message, 'answers', [forged(victim, dice)]) },
    {
      says: 'an unsigned record stands for the answer',
      change: (message) => ({ ...message, rcode: RCODE.NOERROR, answers: [forged(victim, dice)], authorities: [] }),
    },
  ];
  return chance.pick(choices);
}

const isSignature = ({ type }: ResourceRecord): boolean => type === TYPE.RRSIG;

const SECTIONS: readonly Section[] = ['answers', 'authorities'];

const onRecords =
  (change: (record: ResourceRecord) => readonly ResourceRecord[]) =>
  (message: Message): Message => ({
    ...message,
    answers: message.answers.flatMap(change),
    authorities: message.authorities.flatMap(change),
  });

/** Changes one record, the `which`th of those that may be chosen. */
function onOne(
  which: number,
  change: (record: ResourceRecord) => readonly ResourceRecord[],
  may: (record: ResourceRecord) => boolean = () => true,
): Change['change'] {
  return (message) => {
    const choice = SECTIONS.flatMap((section) => message[section]).filter(may);
    const chosen = choice[which % choice.length];
    return onRecords((each) => (each === chosen ? change(each) : [each]))(message);
  };
}

/** Changes the records of one owner and type, with their signatures. */
function onRrset(
  which: number,
  change: (set: readonly ResourceRecord[]) => readonly ResourceRecord[],
): Change['change'] {
  return (message) => {
    const ids = new Set(SECTIONS.flatMap((section) => message[section]).map(rrsetId));
    const chosen = [...ids][which % ids.size];
    const within = (records: readonly ResourceRecord[]) => {
      const kept = new Set(change(records.filter((each) => rrsetId(each) === chosen)));
      return records.filter((each) => rrsetId(each) !== chosen || kept.has(each));
    };
    return { ...message, answers: within(message.answers), authorities: within(message.authorities) };
  };
}

const rrsetId = (record: ResourceRecord): string => {
  const [high = 0, low = 0] = record.rdata;
  return `${canonical(record.name)} ${isSignature(record) ? (high << 8) | low : record.type}`;
};

function flip(record: ResourceRecord, where: number): ResourceRecord {
  const rdata = record.rdata.slice();
  const at = rdata.length - 1 - (where % Math.min(rdata.length, 30));
  rdata[at] = (rdata[at] ?? 0) ^ 1;
  return { ...record, rdata };
}

/** Of an RRSIG: type covered, algorithm, labels, original TTL, expiration, inception, key tag. [RFC4034 §3.1] */
const FIXED_PART = 18;

function tweak(record: ResourceRecord, where: number): ResourceRecord {
  const rdata = record.rdata.slice();
  const at = where % FIXED_PART;
  rdata[at] = ((rdata[at] ?? 0) + (where % 2 === 0 ? 1 : -1)) & 0xff;
  return { ...record, rdata };
}

const shout = (name: Name): Name => (/\\/.test(name) ? name : (name.toUpperCase() as Name)); // as: only letters change

const reversed: Change['change'] = (message) => ({
  ...message,
  answers: message.answers.toReversed(),
  authorities: message.authorities.toReversed(),
});

const otherRcode: Change['change'] = (message) => ({
  ...message,
  rcode: message.rcode === RCODE.NOERROR ? RCODE.NXDOMAIN : RCODE.NOERROR,
});

const add = (message: Message, section: Section, more: readonly ResourceRecord[] = []): Message => ({
  ...message,
  [section]: [...message[section], ...more],
});

const renamed = (records: readonly ResourceRecord[], from: Name, to: Name): readonly ResourceRecord[] =>
  records.map((each) => (sameName(each.name, from) ? { ...each, name: to } : each));

function forged({ name, type }: Question, how: number): ResourceRecord {
  const address = Uint8Array.of(192, 0, 2, 66);
  return { name, type: how % 2 === 0 ? type : TYPE.A, class: 1, ttl: 300, rdata: address };
}
