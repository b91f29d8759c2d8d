import { concatBytes, latin1, parsed, reader, writer } from '../../bytes/index.ts';
import { closed, type Framer, frame, notTheProtocol, type Stead, send } from '../../talk/index.ts';

const SERVFAIL = 2;
/** An answer, to the same kind of question with the same wish for recursion, which is to be had. [RFC1035 §4.1.1] */
const [ANSWERS, KEPT, AVAILABLE] = [0x8000, 0x7900, 0x0080];
const [OPT, EXTENDED_ERROR] = [41, 15];
const NOT_READY = 14; // [RFC8914 §4.15]
const HEAD = 12;

/** The first question is answered with a failure, and with words, if there may be any: they are an extension. [RFC8914] */
export const domainStead: Stead = {
  *turnAway(why) {
    const query = (yield* frame(messageFrame)).subarray(2);
    const read = parsed(() => answerTo(query, why));
    if (!read.ok) return notTheProtocol('');
    yield* send(concatBytes(writer().uint16(read.value.length).finish(), read.value));
    return closed('');
  },
};

/** Frames a message over TCP. [RFC7766 §8] */
const messageFrame: Framer = (buffer) => (buffer.length < 2 ? 0 : 2 + reader(buffer).uint16());

function answerTo(query: Uint8Array, why: string): Uint8Array {
  const from = reader(query);
  const [id, flags, questions] = [from.uint16(), from.uint16(), from.uint16()];
  from.take(4);
  const words = from.uint16() > 0 ? extendedError(why) : new Uint8Array();
  const question = query.subarray(HEAD, questions > 0 ? endOfQuestion(query) : HEAD);
  const head = writer()
    .uint16(id)
    .uint16(ANSWERS | (flags & KEPT) | AVAILABLE | SERVFAIL)
    .uint16(Math.min(questions, 1))
    .uint32(0)
    .uint16(words.length > 0 ? 1 : 0);
  return concatBytes(head.finish(), question, words);
}

/** Labels up to the root's, a type and a class; the names of questions are never compressed. */
function endOfQuestion(query: Uint8Array): number {
  const from = reader(query, HEAD);
  let at = HEAD;
  for (let length = from.uint8(); ; length = from.uint8()) {
    at += 1 + length;
    if (length === 0) break;
    from.take(length);
  }
  from.take(4);
  return at + 4;
}

function extendedError(why: string): Uint8Array {
  const words = latin1(why);
  const option = writer()
    .uint16(EXTENDED_ERROR)
    .uint16(2 + words.length)
    .uint16(NOT_READY)
    .bytes(words)
    .finish();
  return writer().uint8(0).uint16(OPT).uint16(1232).uint32(0).uint16(option.length).bytes(option).finish();
}
