import { concatBytes, equalBytes, latin1, reader, text, writer } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  closed,
  type Framer,
  frame,
  handover,
  isApplications,
  octetsFrame,
  type Profile,
  refused,
  send,
  startTls,
  type Verdict,
} from '../talk/index.ts';

/** How a person logs in behind a certificate. The forms of VeNCrypt without one are not to be had here. */
export const VENCRYPT_X509 = { none: 260, password: 261, userAndPassword: 262, sasl: 264 } as const;

/** Makes the profile for a choice of logins, the preferred one first: an application has to know what follows TLS. */
export const vncWith = (...logins: readonly [number, ...number[]]): Profile => ({
  name: 'vnc',
  service: 'rfb',
  ports: { plain: [5900], tls: [] },
  specs: ['RFC 6143', 'The RFB Protocol, VeNCrypt'],

  *client() {
    const version = text(yield* frame(versionFrame));
    if (version < VERSION) return absent(version); // there was no list to choose from
    yield* send(latin1(VERSION));
    const [count = 0, ...types] = yield* frame(typesFrame);
    if (count === 0) return closed(text(Uint8Array.from(types.slice(4))));
    if (!types.includes(VENCRYPT)) return absent(types.join(' '));
    yield* send(Uint8Array.of(VENCRYPT));
    const isSpoken = equalBytes(yield* frame(octetsFrame(2)), VENCRYPT_VERSION);
    if (!isSpoken) return absent('another version of VeNCrypt');
    yield* send(VENCRYPT_VERSION);
    const [ack] = yield* frame(octetsFrame(1));
    if (ack !== OK) return refused('');
    const offered = subtypes(yield* frame(subtypesFrame));
    const login = logins.find((each) => offered.includes(each));
    if (login === undefined) return refused(offered.join(' '));
    yield* send(writer().uint32(login).finish());
    const [granted] = yield* frame(octetsFrame(1));
    return granted === GRANTED ? startTls : refused('');
  },

  *server(as) {
    if (as.secured) return handover(text(yield* frame(octetsFrame(1)))); // its messages are the application's to frame
    if (!as.greeted) {
      yield* send(latin1(VERSION));
      const version = text(yield* frame(versionFrame));
      if (isApplications(as, 'VERSION')) return handover(version);
      if (version !== VERSION) return yield* turnAway('version', version);
      yield* send(Uint8Array.of(1, VENCRYPT));
    }
    const type = yield* frame(octetsFrame(1));
    if (type[0] !== VENCRYPT && isApplications(as, 'TYPE')) return handover(text(type));
    if (type[0] !== VENCRYPT) return yield* turnAway('choice', text(type));
    yield* send(VENCRYPT_VERSION);
    const isSpoken = equalBytes(yield* frame(octetsFrame(2)), VENCRYPT_VERSION);
    const offer = logins.map((each) => writer().uint32(each).finish());
    yield* send(isSpoken ? concatBytes(Uint8Array.of(OK, logins.length), ...offer) : Uint8Array.of(FAILED));
    if (!isSpoken) return closed('');
    const login = reader(yield* frame(octetsFrame(4))).uint32();
    const isGranted = logins.includes(login);
    yield* send(Uint8Array.of(isGranted ? GRANTED : 0));
    return isGranted ? startTls : closed(`${login}`);
  },
  unfollowed:
    'TLS is one of its logins, and what follows is the rest of a login that a server without it has not begun',
  speaksFirst: logins.every((each) => each === VENCRYPT_X509.userAndPassword) ? 'client' : 'server',
  forgets: ['the types of security listed'],
});

/** Screens. Of the forms of TLS that VeNCrypt has, only those with a certificate are asked for, and offered. */
export const vnc: Profile = vncWith(
  VENCRYPT_X509.password,
  VENCRYPT_X509.userAndPassword,
  VENCRYPT_X509.sasl,
  VENCRYPT_X509.none,
);

const VERSION = 'RFB 003.008\n';
const VENCRYPT = 19;
const VENCRYPT_VERSION = Uint8Array.of(0, 2);
const [OK, FAILED] = [0, 1];
const GRANTED = 1;
const DEMAND = 'TLS is required: VeNCrypt first';

const sentence = (words: string): Uint8Array => concatBytes(writer().uint32(words.length).finish(), latin1(words));

/** The end, as a version says it that stands in the place of the list of types, or behind a choice of one. */
function* turnAway(after: 'version' | 'choice', heard: string): Conversation<Verdict> {
  const head = after === 'version' ? Uint8Array.of(0) : Uint8Array.of(0, 0, 0, FAILED);
  yield* send(concatBytes(head, sentence(DEMAND)));
  return closed(heard);
}

/** Frames the line with a version. */
const versionFrame: Framer = (buffer) => {
  const head = buffer.subarray(0, 4);
  if (head.some((octet, index) => octet !== VERSION.charCodeAt(index))) return -1; // [V14]
  return buffer.length < VERSION.length ? 0 : VERSION.length;
};

/** Frames a list of types of one octet each; in the place of an empty one there is a sentence. */
const typesFrame: Framer = (buffer) => {
  const [count] = buffer;
  if (count !== 0) return count === undefined ? 0 : 1 + count;
  return buffer.length < 5 ? 0 : 5 + reader(buffer, 1).uint32();
};

/** Frames a list of types of four octets each. */
const subtypesFrame: Framer = ([count]) => (count === undefined ? 0 : 1 + 4 * count);

function subtypes(list: Uint8Array): readonly number[] {
  const from = reader(list, 1);
  return Array.from({ length: list.length >> 2 }, () => from.uint32());
}
