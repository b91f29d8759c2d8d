import {
  absent,
  closed,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  send,
  startTls,
} from '../talk/index.ts';
import { rdpStead } from './stead/rdp.ts';
import { KIND, take, UNIT, write } from './wire/rdp.ts';

/** What may protect a desktop, all of it within TLS; named as the specification has it. */
export const RDP_SECURITY = { PROTOCOL_SSL: 1, PROTOCOL_HYBRID: 2, PROTOCOL_HYBRID_EX: 8 } as const;

/** Makes the profile for a choice of protocols, the preferred one first: an application has to know what follows TLS. */
export const rdpWith = (...protocols: readonly [number, ...number[]]): Profile => ({
  name: 'rdp',
  service: 'ms-wbt-server',
  ports: { plain: [3389], tls: [] },
  specs: ['MS-RDPBCGR §2.2.1.1', 'MS-RDPBCGR §2.2.1.2', 'RFC 1006'],

  *client() {
    const asked = protocols.reduce((all, each) => all | each, 0);
    yield* send(write(UNIT.request, KIND.ask, asked));
    const { type, negotiation, whole } = yield* take();
    if (type === UNIT.disconnect) return closed(whole);
    if (type !== UNIT.confirm || negotiation?.kind === KIND.ask) return notTheProtocol(whole);
    if (negotiation === undefined || negotiation.value === 0) return absent(whole);
    if (negotiation.kind === KIND.failure) return refused(whole);
    return protocols.includes(negotiation.value) ? startTls : notTheProtocol(whole);
  },

  *server(as) {
    const { type, negotiation, whole } = yield* take();
    if (type !== UNIT.request && !as.secured) return notTheProtocol(whole);
    const asked = negotiation?.kind === KIND.ask ? negotiation.value : 0;
    const chosen = as.secured ? undefined : protocols.find((each) => (asked & each) !== 0);
    if (chosen !== undefined) {
      yield* send(write(UNIT.confirm, KIND.choice, chosen));
      return startTls;
    }
    if (isApplications(as, 'CONNECT')) return handover(whole);
    const required = protocols.some((each) => each === RDP_SECURITY.PROTOCOL_SSL) ? SSL_REQUIRED : HYBRID_REQUIRED;
    yield* send(write(UNIT.confirm, KIND.failure, required));
    return closed(whole);
  },
  stead: rdpStead,
  unfollowed: 'within TLS both sides say again which protection they chose, and a server without it would say another',
  speaksFirst: 'client',
  forgets: ['what was offered: over TLS both are told once more what was asked and chosen, and compare'],
});

/** Desktops. The very first packet asks for TLS, and its answer grants or refuses it. */
export const rdp: Profile = rdpWith(RDP_SECURITY.PROTOCOL_SSL, RDP_SECURITY.PROTOCOL_HYBRID);

const [SSL_REQUIRED, HYBRID_REQUIRED] = [1, 5];
