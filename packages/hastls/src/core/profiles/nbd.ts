import { concatBytes, equalBytes, latin1, reader, text, writer } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  closed,
  type Framer,
  frame,
  type Handover,
  handover,
  isApplications,
  notTheProtocol,
  octetsFrame,
  type Profile,
  refused,
  type ServerContext,
  send,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { nbdMiddle } from './nbd-middle.ts';

const [MAGIC, OPTION, REPLY] = [
  latin1('NBDMAGIC'),
  latin1('IHAVEOPT'),
  Uint8Array.of(0, 3, 0xe8, 0x89, 4, 0x55, 0x65, 0xa9),
];
// The fixed newstyle negotiation: what is unknown is answered. "No zeroes" is agreed on by neither side of ours: the flags
// are said once, before TLS, and whoever goes on over TLS need not know them.
const FIXED = 1;
const [EXPORT_NAME, ABORT, STARTTLS] = [1, 2, 5];
const NAMES: Readonly<Record<number, string>> = { 1: 'EXPORT_NAME', 2: 'ABORT', 3: 'LIST', 6: 'INFO', 7: 'GO' };
const [ACK, UNSUPPORTED, INVALID, TLS_REQUIRED] = [1, 0x80000001, 0x80000003, 0x80000005];
const ERROR = 0x80000000;

/** Disks over the network. The client's first option is TLS, and whatever was agreed before it is void. */
export const nbd: Profile = {
  name: 'nbd',
  service: 'nbd',
  ports: { plain: [10809], tls: [] },
  specs: ['NBD protocol, doc/proto.md'],

  *client() {
    const greeting = reader(yield* frame(octetsFrame(18)));
    if (!equalBytes(greeting.take(8), MAGIC)) return notTheProtocol('');
    const isNew = equalBytes(greeting.take(8), OPTION);
    const flags = greeting.uint16();
    if (!isNew || (flags & FIXED) === 0) return absent('a negotiation without options');
    yield* send(concatBytes(writer().uint32(FIXED).finish(), option(STARTTLS)));
    const answer = reader(yield* frame(replyFrame));
    const isReply = equalBytes(answer.take(8), REPLY) && answer.uint32() === STARTTLS;
    const type = answer.uint32();
    const said = text(answer.take(answer.uint32()));
    if (isReply && type === ACK && said === '') return startTls;
    if (!isReply || type < ERROR) return notTheProtocol(said);
    return type === UNSUPPORTED ? absent(said) : refused(said);
  },

  server,
  middle: nbdMiddle(server, { greeting: concatBytes(MAGIC, OPTION), reply: (buffer) => replyFrame(buffer) }),
  speaksFirst: 'client',
  forgets: ['every option agreed upon', 'names and sizes of exports'],
};

function* server(as: ServerContext): Conversation<Verdict | Handover, 'server'> {
  if (!as.greeted) {
    yield* send(concatBytes(MAGIC, OPTION, writer().uint16(FIXED).finish()));
    if (reader(yield* frame(octetsFrame(4))).uint32() !== FIXED) return notTheProtocol('');
  }
  for (;;) {
    const heard = yield* frame(optionFrame);
    const asked = reader(heard.subarray(8)).uint32();
    const isTrigger = asked === STARTTLS && heard.length === OPTION_HEAD;
    if (isTrigger && !as.secured) {
      yield* reply(asked, ACK);
      return startTls;
    }
    if (asked === STARTTLS) {
      yield* reply(asked, INVALID); // twice, or with data
    } else if (isApplications(as, NAMES[asked] ?? `${asked}`)) {
      return handover(text(heard));
    } else if (asked === EXPORT_NAME) {
      return closed(''); // there is no other way to refuse it
    } else {
      yield* reply(asked, asked === ABORT ? ACK : TLS_REQUIRED);
      if (asked === ABORT) return closed('');
    }
  }
}

const OPTION_HEAD = 16;
const REPLY_HEAD = 20;
const option = (number: number): Uint8Array => concatBytes(OPTION, writer().uint32(number).uint32(0).finish());

function reply(to: number, type: number): Conversation<void> {
  return send(concatBytes(REPLY, writer().uint32(to).uint32(type).uint32(0).finish()));
}

/** Frames a head whose last four octets say how much is behind it. */
const headed =
  (magic: Uint8Array, head: number): Framer =>
  (buffer) => {
    if (buffer.subarray(0, magic.length).some((octet, index) => octet !== magic[index])) return -1;
    return buffer.length < head ? 0 : head + reader(buffer.subarray(head - 4)).uint32();
  };
const optionFrame: Framer = headed(OPTION, OPTION_HEAD);
const replyFrame: Framer = headed(REPLY, REPLY_HEAD);
