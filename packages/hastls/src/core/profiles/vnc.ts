import { concatBytes, equalBytes, latin1, reader, text } from '../bytes/index.ts';
import {
  absent,
  closed,
  frame,
  handover,
  isApplications,
  octetsFrame,
  type Profile,
  refused,
  send,
  startTls,
} from '../talk/index.ts';
import { vncStead } from './stead/vnc.ts';
import { farewell, number, octet, spoken, subtypeList, subtypes, typesFrame, VERSION, version } from './wire/vnc.ts';

/** How a person logs in behind a certificate. The forms of VeNCrypt without one are not to be had here. */
export const VENCRYPT_X509 = { none: 260, password: 261, userAndPassword: 262, sasl: 264 } as const;

const { none, password, userAndPassword, sasl } = VENCRYPT_X509;

/** Makes the profile for a choice of logins, the preferred one first: an application has to know what follows TLS. */
export const vncWith = (...logins: readonly [number, ...number[]]): Profile => ({
  name: 'vnc',
  service: 'rfb',
  ports: { plain: [5900], tls: [] },
  specs: ['RFC 6143', 'The RFB Protocol, VeNCrypt'],

  *client() {
    const known = yield* version();
    const chosen = spoken(known);
    if (chosen === undefined) return absent(known); // it has no list to choose from
    yield* send(latin1(chosen));
    const [count = 0, ...types] = yield* frame(typesFrame);
    if (count === 0) return closed(text(Uint8Array.from(types.slice(4))));
    if (!types.includes(VENCRYPT)) return absent(types.join(' '));
    yield* send(Uint8Array.of(VENCRYPT));
    if (!equalBytes(yield* frame(octetsFrame(2)), VENCRYPT_VERSION)) return absent('another version of VeNCrypt');
    yield* send(VENCRYPT_VERSION);
    if ((yield* octet()) !== OK) return refused('');
    const offered = yield* subtypes();
    const login = logins.find((each) => offered.includes(each));
    if (login === undefined) return refused(offered.join(' '));
    yield* send(number(login));
    return (yield* octet()) === GRANTED ? startTls : refused('');
  },

  *server(as) {
    if (as.secured) return handover(text(yield* frame(octetsFrame(1)))); // its messages are the application's to frame
    if (!as.greeted) {
      yield* send(latin1(VERSION));
      const chosen = yield* version();
      if (isApplications(as, 'VERSION')) return handover(chosen);
      if (spoken(chosen) !== chosen) return yield* turnAway('version', chosen);
      yield* send(Uint8Array.of(1, VENCRYPT));
    }
    const type = yield* frame(octetsFrame(1));
    if (type[0] !== VENCRYPT && isApplications(as, 'TYPE')) return handover(text(type));
    if (type[0] !== VENCRYPT) return yield* turnAway('type', text(type));
    yield* send(VENCRYPT_VERSION);
    const isSpoken = equalBytes(yield* frame(octetsFrame(2)), VENCRYPT_VERSION);
    yield* send(isSpoken ? concatBytes(Uint8Array.of(OK), subtypeList(logins)) : Uint8Array.of(FAILED));
    if (!isSpoken) return closed('');
    const login = reader(yield* frame(octetsFrame(4))).uint32();
    const isGranted = logins.includes(login);
    yield* send(Uint8Array.of(isGranted ? GRANTED : 0));
    return isGranted ? startTls : closed(`${login}`);
  },
  stead: vncStead,
  unfollowed:
    'TLS is one of its logins, and what follows is the rest of a login that a server without it has not begun',
  speaksFirst: logins.every((each) => each === userAndPassword) ? 'client' : 'server',
  forgets: ['the types of security listed'],
});

/** Screens. Of the forms of TLS that VeNCrypt has, only those with a certificate are asked for, and offered. */
export const vnc: Profile = vncWith(password, userAndPassword, sasl, none);

const [VENCRYPT, VENCRYPT_VERSION] = [19, Uint8Array.of(0, 2)];
const [OK, FAILED, GRANTED] = [0, 1, 1];

function* turnAway(after: 'version' | 'type', heard: string) {
  yield* send(farewell(after, 'TLS is required: VeNCrypt first'));
  return closed(heard);
}
