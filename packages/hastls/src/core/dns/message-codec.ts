import { type Parsed, parsed } from '../bytes/parsed.ts';
import { type Reader, reader } from '../bytes/reader.ts';
import { type Writer, writer } from '../bytes/writer.ts';
import type { Edns, EdnsOption, Flags, Message } from './message.ts';
import { labels, type Name, parent, ROOT, writeLabel } from './name.ts';
import { readName } from './name-reader.ts';
import type { Question } from './question.ts';
import { readRdata } from './rdata.ts';
import { CLASS_IN, type ResourceRecord } from './resource-record.ts';
import { MAX_TTL } from './ttl.ts';
import { TYPE } from './type-names.ts';

/** What fits in the length that precedes a message over TCP, and in the longest datagram. [RFC1035 §4.2.2] */
export const MAX_MESSAGE = 0xffff;

/**
 * Reads a message, whole and strictly: the counts must fit the octets that are there, names may point only backwards,
 * data of known types must have their format, and nothing may follow the last record. The records are views of a copy,
 * which nobody can change any more.
 */
export const decodeMessage = (bytes: Uint8Array): Parsed<Message> => parsed(() => readMessage(new Uint8Array(bytes)));

/**
 * Writes a message. One that is longer than `limit` goes with its question and EDNS alone, marked as truncated, so
 * that whoever asked comes back over TCP. [RFC2181 §9]
 * @throws RangeError when it does not fit a message at all.
 */
export function encodeMessage(message: Message, limit: number = MAX_MESSAGE): Uint8Array {
  const whole = writeMessage(message);
  if (whole.length <= limit && whole.length <= MAX_MESSAGE) return whole;
  if (limit >= MAX_MESSAGE) throw new RangeError(`a message has at most ${MAX_MESSAGE} octets`);
  const flags = { ...message.flags, truncated: true };
  return writeMessage({ ...message, flags, answers: [], authorities: [], additionals: [] });
}

/** The least octets of a question (root, type, class) and of a record (and TTL and length besides). */
const MIN_QUESTION = 5;
const MIN_RECORD = 11;

const BIT = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticated: 0x0020,
  checkingDisabled: 0x0010,
} as const satisfies Record<keyof Flags, number>;
const DNSSEC_OK = 0x8000;

function readMessage(bytes: Uint8Array): Message {
  if (bytes.length > MAX_MESSAGE) throw new RangeError(`a message has at most ${MAX_MESSAGE} octets`);
  const from = reader(bytes);
  const id = from.uint16();
  const bits = from.uint16();
  const [asked, answered, referred, added] = [from.uint16(), from.uint16(), from.uint16(), from.uint16()];
  if (asked * MIN_QUESTION + (answered + referred + added) * MIN_RECORD > from.left)
    throw new RangeError('the message counts more records than it has room for');
  const questions = times(asked, () => readQuestion(from));
  const answers = times(answered, () => readRecord(from));
  const authorities = times(referred, () => readRecord(from));
  const additionals = times(added, () => readRecord(from));
  if (from.left > 0) throw new RangeError(`${from.left} octets are left over behind the last record`);
  if (answers.some(isOpt) || authorities.some(isOpt)) throw new RangeError('an OPT record outside of the additionals');
  const [opt, second] = additionals.filter(isOpt);
  if (second !== undefined) throw new RangeError('more than one OPT record'); // [RFC6891 §6.1.1]
  return {
    id,
    flags: readFlags(bits),
    opcode: (bits >> 11) & 0xf,
    rcode: (bits & 0xf) | (opt === undefined ? 0 : (opt.ttl >>> 24) << 4),
    questions,
    answers,
    authorities,
    additionals: additionals.filter((record) => !isOpt(record)),
    ...(opt === undefined ? {} : { edns: readEdns(opt) }),
  };
}

function readFlags(bits: number): Flags {
  const has = (bit: number): boolean => (bits & bit) !== 0;
  return {
    response: has(BIT.response),
    authoritative: has(BIT.authoritative),
    truncated: has(BIT.truncated),
    recursionDesired: has(BIT.recursionDesired),
    recursionAvailable: has(BIT.recursionAvailable),
    authenticated: has(BIT.authenticated),
    checkingDisabled: has(BIT.checkingDisabled),
  };
}

function readQuestion(from: Reader): Question {
  const name = readName(from);
  const type = from.uint16();
  const asked = from.uint16();
  if (asked !== CLASS_IN) throw new RangeError(`a question of class ${asked}, where only IN is understood`);
  return { name, type };
}

function readRecord(from: Reader): ResourceRecord {
  const name = readName(from);
  const type = from.uint16();
  const recordClass = from.uint16();
  const ttl = from.uint32();
  const length = from.uint16();
  const start = from.at;
  from.skip(length);
  // an update's "any such record" has no data, whatever its type [RFC2136 §2.4]
  const rdata =
    length === 0 && recordClass !== CLASS_IN ? new Uint8Array(0) : readRdata(type, from.part(start, start + length));
  // OPT keeps flags there; of others, a TTL with the top bit set is 0 [RFC2181 §8]
  return { name, type, class: recordClass, ttl: type === TYPE.OPT || ttl <= MAX_TTL ? ttl : 0, rdata };
}

const isOpt = (record: ResourceRecord): boolean => record.type === TYPE.OPT;

/** OPT puts the size where others have the class, and version and flags where others have the TTL. [RFC6891 §6.1.3] */
function readEdns(opt: ResourceRecord): Edns {
  if (opt.name !== ROOT) throw new RangeError('an OPT record that does not belong to the root');
  const options: EdnsOption[] = [];
  for (const from = reader(opt.rdata); from.left > 0; ) {
    const code = from.uint16();
    options.push({ code, data: from.take(from.uint16()) });
  }
  return {
    udpSize: opt.class,
    dnssecOk: (opt.ttl & DNSSEC_OK) !== 0,
    version: (opt.ttl >>> 16) & 0xff,
    options,
  };
}

function writeMessage(message: Message): Uint8Array {
  const { edns, questions, answers, authorities, additionals } = message;
  if (message.rcode > 0xf && edns === undefined) throw new RangeError('a response code above 15 needs EDNS');
  const to = writer();
  const written: Written = new Map();
  to.uint16(message.id).uint16(flagBits(message));
  to.uint16(questions.length).uint16(answers.length).uint16(authorities.length);
  to.uint16(additionals.length + (edns === undefined ? 0 : 1));
  for (const { name, type } of questions) {
    writeCompressed(to, name, written);
    to.uint16(type).uint16(CLASS_IN);
  }
  for (const record of [...answers, ...authorities, ...additionals]) {
    writeCompressed(to, record.name, written);
    writeBody(to, record);
  }
  if (edns !== undefined) {
    to.uint8(0);
    writeBody(to, optRecord(edns, message.rcode));
  }
  return to.finish();
}

function flagBits({ flags, opcode, rcode }: Message): number {
  let bits = (opcode << 11) | (rcode & 0xf);
  for (const [flag, bit] of Object.entries(BIT)) if (flags[flag as keyof Flags]) bits |= bit; // BIT has just these keys
  return bits;
}

function writeBody(to: Writer, { type, class: recordClass, ttl, rdata }: ResourceRecord): void {
  if (rdata.length > 0xffff) throw new RangeError(`a record's data has at most 65535 octets, not ${rdata.length}`);
  to.uint16(type).uint16(recordClass).uint32(ttl).uint16(rdata.length).bytes(rdata);
}

function optRecord({ udpSize, dnssecOk, version, options }: Edns, rcode: number): ResourceRecord {
  const data = writer();
  for (const option of options) data.uint16(option.code).uint16(option.data.length).bytes(option.data);
  const ttl = (rcode >> 4) * 0x1000000 + (version << 16) + (dnssecOk ? DNSSEC_OK : 0);
  return { name: ROOT, type: TYPE.OPT, class: udpSize, ttl, rdata: data.finish() };
}

/** Where in the message a name was written that later ones can point to. */
type Written = Map<Name, number>;

/** A pointer has 14 bits. [RFC1035 §4.1.4] */
const POINTABLE = 0x4000;

/** Points to the longest tail that was written before in the same letters: their case may mean something to the asker. */
function writeCompressed(to: Writer, name: Name, written: Written): void {
  for (let left = name; left !== ROOT; left = parent(left)) {
    const before = written.get(left);
    if (before !== undefined) {
      to.uint16(0xc000 | before);
      return;
    }
    if (to.length < POINTABLE) written.set(left, to.length);
    writeLabel(to, labels(left)[0] as string); // it has one, as it is not the root
  }
  to.uint8(0);
}

function times<T>(count: number, read: () => T): T[] {
  const all: T[] = [];
  for (let left = count; left > 0; left--) all.push(read());
  return all;
}
