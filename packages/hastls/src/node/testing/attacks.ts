import { concatBytes } from '../../core/bytes/index.ts';
import { type Message, type Question, RCODE, type ResourceRecord, ROOT, TYPE } from '../../core/dns/index.ts';
import { type Answerer, response } from './hierarchy.ts';
import { readRecords } from './records.ts';

/** Somebody between a resolver and its upstream, who turns what is said into something else. */
export type Attack = (honest: Answerer) => Answerer;

/** The answerer as it looks from behind these attackers, the last of whom sits nearest to the victim. */
export const attacked = (honest: Answerer, ...attacks: readonly Attack[]): Answerer =>
  attacks.reduce((answerer, attack) => attack(answerer), honest);

/** Lets an attack loose on some questions only. */
export const against =
  (chosen: (question: Question) => boolean, attack: Attack): Attack =>
  (honest) => {
    const bent = attack(honest);
    return (question) => (chosen(question) ? bent : honest)(question);
  };

/** Chooses questions for these types. */
export const ofType =
  (...types: readonly number[]) =>
  ({ type }: Question): boolean =>
    types.includes(type);

/** Every signature removed, as by a forwarder that never heard of DNSSEC. */
export const stripSignatures: Attack = rewrite((message) => withoutTypes(message, TYPE.RRSIG));

/** Signatures, keys and denials removed: the whole of DNSSEC. */
export const stripDnssec: Attack = rewrite((message) =>
  withoutTypes(message, TYPE.RRSIG, TYPE.NSEC, TYPE.NSEC3, TYPE.DS, TYPE.DNSKEY),
);

/** Delegations made to look insecure: no DS, and nothing in its place. */
export const stripDs: Attack = against(
  ofType(TYPE.DS),
  rewrite((message) => ({ ...message, answers: [] })),
);

/** Answers with these records, given as master-file text, and with no signature. */
export const forge = (records: string): Attack =>
  rewrite((_, question) => response(question, RCODE.NOERROR, readRecords(records, ROOT)));

/** Adds records, given as master-file text, to the true answer. */
export const inject = (records: string): Attack =>
  rewrite((message) => ({ ...message, answers: [...message.answers, ...readRecords(records, ROOT)] }));

/** "There is nothing", proven by nothing but an unsigned SOA. */
export const deny = (rcode: number = RCODE.NXDOMAIN): Attack =>
  rewrite((_, question) =>
    response(question, rcode, [], readRecords('. 300 IN SOA a.invalid. b.invalid. 1 1 1 1 300', ROOT)),
  );

/** Answers from elsewhere: another time's signatures, another hierarchy's keys. */
export const replay =
  (other: Answerer): Attack =>
  () =>
    other;

/** The true and signed answer to another question, passed off as the answer to this one. */
export const answerOf =
  (other: (question: Question) => Question): Attack =>
  (honest) =>
  (question) => {
    const message = honest(other(question));
    return message && { ...message, questions: [question] };
  };

/** Puts the signatures of another question's answer where those of this one should be, made out to fit. */
export const borrowSignatures =
  (other: (question: Question) => Question): Attack =>
  (honest) =>
    rewrite((message, question) => {
      const borrowed = honest(other(question))?.answers.filter(isSignature) ?? [];
      const fitted = borrowed.map((each) => ({
        ...each,
        name: question.name,
        rdata: concatBytes(Uint8Array.of(question.type >> 8, question.type), each.rdata.subarray(2)),
      }));
      return { ...message, answers: [...message.answers.filter((each) => !isSignature(each)), ...fitted] };
    })(honest);

/** Gives all records another lifetime. */
export const setTtl = (ttl: number): Attack => rewriteRecords((record) => [{ ...record, ttl }]);

/** Spoils every signature in its last octet. */
export const spoilSignatures: Attack = rewriteRecords((record) => [isSignature(record) ? spoilt(record, 1) : record]);

/** Puts this many worthless signatures before each good one. With colliding keys it makes the KeyTrap. */
export const multiplySignatures = (times: number): Attack =>
  rewriteRecords((record) =>
    isSignature(record) ? [...Array.from({ length: times }, (_, turn) => spoilt(record, turn + 1)), record] : [record],
  );

/** Says that it could not find out. */
export const answerServfail: Attack = () => (question) => response(question, RCODE.SERVFAIL);

/** Says nothing. */
export const staySilent: Attack = () => () => undefined;

/** Says each time that the answer was too long. */
export const truncate: Attack = rewrite((message) => ({
  ...message,
  flags: { ...message.flags, truncated: true },
  answers: [],
  authorities: [],
}));

/** A good answer to a question that nobody asked. */
export const changeQuestion = (other: Question): Attack => rewrite((message) => ({ ...message, questions: [other] }));

function rewrite(change: (message: Message, question: Question) => Message): Attack {
  return (honest) => (question) => {
    const message = honest(question);
    return message && change(message, question);
  };
}

function rewriteRecords(change: (record: ResourceRecord) => readonly ResourceRecord[]): Attack {
  return rewrite((message) => ({
    ...message,
    answers: message.answers.flatMap(change),
    authorities: message.authorities.flatMap(change),
  }));
}

const withoutTypes = (message: Message, ...types: readonly number[]): Message => ({
  ...message,
  answers: message.answers.filter(({ type }) => !types.includes(type)),
  authorities: message.authorities.filter(({ type }) => !types.includes(type)),
});

const isSignature = ({ type }: ResourceRecord): boolean => type === TYPE.RRSIG;

/** `how` makes spoilt copies differ from each other. */
function spoilt(record: ResourceRecord, how: number): ResourceRecord {
  const rdata = record.rdata.slice();
  const last = rdata.length - 1;
  rdata[last] = (rdata[last] ?? 0) ^ (how & 0xff || 1);
  return { ...record, rdata };
}
