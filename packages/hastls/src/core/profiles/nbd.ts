import { concatBytes, equalBytes, text } from '../bytes/index.ts';
import {
  absent,
  closed,
  frame,
  handover,
  isApplications,
  notTheProtocol,
  octetsFrame,
  type Profile,
  refused,
  type ServerContext,
  type ServerDialogue,
  send,
  startTls,
} from '../talk/index.ts';
import { nbdMiddle } from './middle/nbd.ts';
import { nbdStead } from './stead/nbd.ts';
import {
  ANSWER,
  FLAGS,
  GREETING,
  negotiation,
  OPTION,
  optionFrame,
  optionOf,
  readReply,
  replyFrame,
  writeOption,
  writeReply,
} from './wire/nbd.ts';

/** Disks over the network. The client's first option is TLS, and whatever was agreed before it is void. */
export const nbd: Profile = {
  name: 'nbd',
  service: 'nbd',
  ports: { plain: [10809], tls: [] },
  specs: ['NBD protocol, doc/proto.md'],

  *client() {
    const form = negotiation(yield* frame(octetsFrame(GREETING.length)));
    if (form !== 'fixed') return form === undefined ? notTheProtocol('') : absent('a negotiation without options');
    yield* send(concatBytes(FLAGS, TRIGGER));
    const { to, type, said } = readReply(yield* frame(replyFrame));
    if (to !== OPTION.startTls) return notTheProtocol(said);
    if (type === ANSWER.ack && said === '') return startTls;
    if (type < ANSWER.error) return notTheProtocol(said);
    return type === ANSWER.unsupported ? absent(said) : refused(said);
  },

  server,
  middle: nbdMiddle(server),
  stead: nbdStead,
  speaksFirst: 'client',
  forgets: ['every option agreed upon', 'names and sizes of exports'],
};

function* server(as: ServerContext): ServerDialogue {
  if (!as.greeted) {
    yield* send(GREETING);
    if (!equalBytes(yield* frame(octetsFrame(FLAGS.length)), FLAGS)) return notTheProtocol('');
  }
  for (;;) {
    const heard = yield* frame(optionFrame);
    const asked = optionOf(heard);
    if (equalBytes(heard, TRIGGER) && !as.secured) {
      yield* send(writeReply(asked, ANSWER.ack));
      return startTls;
    }
    if (asked === OPTION.startTls) {
      yield* send(writeReply(asked, ANSWER.invalid)); // twice, or with data
    } else if (isApplications(as, NAMES[asked] ?? `${asked}`)) {
      return handover(text(heard));
    } else if (asked === OPTION.exportName) {
      return closed(''); // there is no other way to refuse it
    } else {
      yield* send(writeReply(asked, asked === OPTION.abort ? ANSWER.ack : ANSWER.tlsRequired));
      if (asked === OPTION.abort) return closed('');
    }
  }
}

const TRIGGER = writeOption(OPTION.startTls);
const NAMES: Readonly<Record<number, string>> = { 1: 'EXPORT_NAME', 2: 'ABORT', 3: 'LIST', 6: 'INFO', 7: 'GO' };
