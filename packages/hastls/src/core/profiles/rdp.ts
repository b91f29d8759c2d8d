import { concatBytes, reader, text, writer } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  closed,
  type Framer,
  frame,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  send,
  startTls,
} from '../talk/index.ts';

/** What may protect a desktop, all of it within TLS; named as the specification has it. */
export const RDP_SECURITY = { PROTOCOL_SSL: 1, PROTOCOL_HYBRID: 2, PROTOCOL_HYBRID_EX: 8 } as const;

/** Makes the profile for a choice of protocols, the preferred one first: an application has to know what follows TLS. */
export const rdpWith = (...protocols: readonly [number, ...number[]]): Profile => ({
  name: 'rdp',
  service: 'ms-wbt-server',
  ports: { plain: [3389], tls: [] },
  specs: ['MS-RDPBCGR §2.2.1.1', 'MS-RDPBCGR §2.2.1.2', 'RFC 1006'],

  *client() {
    yield* exchange(
      REQUEST,
      ASK,
      protocols.reduce((all, each) => all | each, 0),
    ); // and no cookie, which has a name in it
    const { type, negotiation, whole } = yield* take();
    if (type !== CONFIRM || (negotiation !== undefined && negotiation.kind === ASK)) return notTheProtocol(whole);
    if (negotiation === undefined || negotiation.value === 0) return absent(whole);
    if (negotiation.kind === FAILURE) return refused(whole);
    return protocols.includes(negotiation.value) ? startTls : notTheProtocol(whole);
  },

  *server(as) {
    const { type, negotiation, whole } = yield* take();
    if (type !== REQUEST && !as.secured) return notTheProtocol(whole);
    const asked = negotiation?.kind === ASK ? negotiation.value : 0;
    const chosen = as.secured ? undefined : protocols.find((each) => (asked & each) !== 0);
    if (chosen !== undefined) {
      yield* exchange(CONFIRM, CHOICE, chosen);
      return startTls;
    }
    if (isApplications(as, 'CONNECT')) return handover(whole);
    yield* exchange(
      CONFIRM,
      FAILURE,
      protocols.some((each) => each === RDP_SECURITY.PROTOCOL_SSL) ? SSL_REQUIRED : HYBRID_REQUIRED,
    );
    return closed(whole);
  },
  unfollowed: 'within TLS both sides say again which protection they chose, and a server without it would say another',
  speaksFirst: 'client',
  forgets: ['what was offered: over TLS both are told once more what was asked and chosen, and compare'],
});

/** Desktops. The very first packet asks for TLS, and its answer grants or refuses it. */
export const rdp: Profile = rdpWith(RDP_SECURITY.PROTOCOL_SSL, RDP_SECURITY.PROTOCOL_HYBRID);

const [REQUEST, CONFIRM] = [0xe0, 0xd0];
const [ASK, CHOICE, FAILURE] = [1, 2, 3];
const [SSL_REQUIRED, HYBRID_REQUIRED] = [1, 5];

/** One connection request or confirm, with eight octets of negotiation. */
const exchange = (type: number, kind: number, value: number): Conversation<void> =>
  send(concatBytes(Uint8Array.of(3, 0, 0, 19, 14, type, 0, 0, 0, 0, 0, kind, 0, 8, 0), littleEndian(value)));

const littleEndian = (value: number): Uint8Array => writer().uint32(value).finish().reverse();

interface Unit {
  readonly type: number | undefined;
  readonly negotiation: { readonly kind: number; readonly value: number } | undefined;
  readonly whole: string;
}

function* take(): Conversation<Unit> {
  const unit = yield* frame(packetFrame);
  const [kind, , length] = unit.subarray(cookieEnd(unit));
  const value = unit.subarray(cookieEnd(unit) + 4, cookieEnd(unit) + 8);
  const negotiation =
    kind !== undefined && kind >= ASK && kind <= FAILURE && length === 8 && value.length === 4
      ? { kind, value: reader(value.slice().reverse()).uint32() }
      : undefined;
  return { type: unit[5], negotiation, whole: text(unit) };
}

/** In front of its negotiation a request may have a line, with the name of a user or of a machine in it. */
function cookieEnd(unit: Uint8Array): number {
  const isCookie = unit[HEAD] === 0x43; // "Cookie: "
  return isCookie ? unit.indexOf(0x0a, HEAD) + 1 || unit.length : HEAD;
}

const HEAD = 11;

/** Frames a packet: a version, a length of everything, and within it a connection's request or confirm. [RFC1006 §6] */
const packetFrame: Framer = (buffer) => {
  if ([3, 0].some((octet, index) => buffer[index] !== undefined && buffer[index] !== octet)) return -1; // [V14]
  if (buffer.length < 4) return 0;
  const length = reader(buffer, 2).uint16();
  return length < HEAD ? -1 : length;
};
