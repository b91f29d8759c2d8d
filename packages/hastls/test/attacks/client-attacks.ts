import { converse, type Profile, serverGreets } from '#core/talk/index.js';
import { type Behaviour, createAuthority, type Edit, type Identity, selfSigned } from '#node/testing/index.js';
import { type Words, words } from './words.ts';

/** What a hostile peer, or somebody on the way, does to a client. */
export interface ClientAttack {
  /** The class of `spec/resolutions.json`. */
  readonly id: string;
  readonly title: string;
  /** How it is done in this protocol; or, in a word, why it cannot be. */
  readonly of: (profile: Profile, theirs: Words) => Script | string;
  /** How it may end: by the code of an error, or `TLS`, which then is with the true server. */
  readonly ends: readonly string[];
}

export interface Script {
  readonly behaviour: Behaviour;
  /** Default: the right one. */
  readonly identity?: Identity;
  /** Default: enough. */
  readonly timeoutMs?: number;
  /** It shows with a client that listens before it speaks: to whoever speaks at once, it is an answer. */
  readonly needsListener?: true;
}

export const authority = createAuthority();
export const HOST = '127.0.0.1';
export const RIGHT = authority.issue([HOST]);

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const asText =
  (edit: (said: string) => string): Edit =>
  (said) =>
    latin1(edit(Buffer.from(said).toString('latin1')));

/** Where a server's last word before TLS is its greeting, it is that one which is edited. */
const LAST_IS_GREETING: readonly string[] = ['mysql', 'nats'];
const onAnswer = ({ name }: Profile, edit: Edit): Behaviour =>
  LAST_IS_GREETING.includes(name) ? { greeting: edit } : { answer: edit };
const lastWord = (profile: Profile, edit: (said: string) => string): Script => ({
  behaviour: onAnswer(profile, asText(edit)),
});

const withIdentity =
  (identity: Identity, implicit: boolean) =>
  ({ ports, implicitScheme }: Profile): Script | string =>
    implicit && (implicitScheme === undefined || ports.tls.length === 0)
      ? 'no implicit form'
      : { behaviour: { implicit }, identity };

const elsewhere = authority.issue(['elsewhere.example']);
const stranger = createAuthority('nobody').issue([HOST]);
const DAY = 86_400_000;
const expired = authority.issue([HOST], {
  notBefore: new Date(Date.now() - 2 * DAY),
  notAfter: new Date(Date.now() - DAY),
});
const CERTIFICATES = [
  ['of nobody', selfSigned([HOST]), 'UNTRUSTED'],
  ['of an authority that is not trusted', stranger, 'UNTRUSTED'],
  ['of the past', expired, 'UNTRUSTED'],
  ['for another host', elsewhere, 'NAME_MISMATCH'],
] as const;

/** For a peer that says nothing more. */
const SOON_MS = 500;
const NOTHING_ASKED = 'nothing is asked';
const MISCHIEF = '\x1b[2J\x1b]0;owned\x07 call +1 555 0100';

export const clientAttacks: readonly ClientAttack[] = [
  {
    id: 'V1',
    title: 'the offer is removed',
    of: (_, { offer }) => {
      if (offer === undefined) return 'nothing is offered';
      const edit = asText((said) => said.replace(...offer));
      return { behaviour: { greeting: edit, capabilities: edit } };
    },
    ends: ['NOT_OFFERED', 'UPGRADE_REFUSED'],
  },
  {
    id: 'V2',
    title: 'the upgrade is refused in the name of the server',
    of: (profile, { refusal }) => (refusal === undefined ? NOTHING_ASKED : lastWord(profile, refusal)),
    ends: ['UPGRADE_REFUSED', 'NOT_OFFERED'],
  },
  {
    id: 'V2',
    title: 'the server seems not to know the upgrade',
    of: (profile, { unknown }) => (unknown === undefined ? 'no such answer' : lastWord(profile, unknown)),
    ends: ['NOT_OFFERED', 'UPGRADE_REFUSED', 'GARBLED'],
  },
  {
    id: 'V4',
    title: 'a reply stands behind the go-ahead, in the same segment',
    of: (profile, { injection }) => lastWord(profile, (said) => said + injection),
    ends: ['GARBLED'],
  },
  {
    id: 'V4',
    title: 'a fragment stands behind the go-ahead',
    of: (profile) => lastWord(profile, (said) => `${said}x`),
    ends: ['GARBLED'],
  },
  {
    id: 'V4',
    title: 'a reply comes behind the go-ahead, in the next segment',
    of: (_, { injection }) => ({ behaviour: { slip: latin1(injection) } }),
    ends: ['GARBLED', 'HANDSHAKE'],
  },
  {
    id: 'V6',
    title: 'the client is greeted as one who has logged in',
    of: (_, { preauth }) =>
      preauth === undefined ? 'nobody is greeted so' : { behaviour: { greeting: () => latin1(preauth) } },
    ends: ['GARBLED'],
  },
  {
    id: 'V7',
    title: 'news of the user’s come before the go-ahead',
    of: (profile, { news }) => (news === undefined ? NOTHING_ASKED : lastWord(profile, (said) => news + said)),
    ends: ['GARBLED', 'UPGRADE_REFUSED', 'NOT_OFFERED', 'TLS'],
  },
  {
    id: 'V8',
    title: 'a refusal tries to speak to the user, and to the terminal',
    of: (profile, { refusal }) =>
      refusal === undefined ? NOTHING_ASKED : lastWord(profile, (said) => refusal(said).replace('now', MISCHIEF)),
    ends: ['UPGRADE_REFUSED', 'NOT_OFFERED', 'GARBLED'],
  },
  {
    id: 'V9',
    title: 'the client is referred to elsewhere',
    of: (profile, { referral }) => {
      if (referral === undefined) return 'no referrals';
      if (referral.greeting !== undefined) return { behaviour: { greeting: asText(referral.greeting) } };
      return lastWord(profile, referral.answer ?? String);
    },
    ends: ['UPGRADE_REFUSED', 'NOT_OFFERED', 'GARBLED', 'TLS'],
  },
  {
    id: 'V11',
    title: 'the go-ahead is not quite one',
    of: (profile) => ({
      ...lastWord(profile, (said) => `${String.fromCharCode(said.charCodeAt(0) ^ 1)}${said.slice(1)}`),
      timeoutMs: SOON_MS,
    }),
    ends: ['GARBLED', 'UPGRADE_REFUSED', 'NOT_OFFERED', 'TIMEOUT'],
  },
  {
    id: 'V11',
    title: 'the go-ahead is followed by the dialogue in clear',
    of: () => ({ behaviour: { transition: 'plaintext' }, timeoutMs: SOON_MS }),
    ends: ['TIMEOUT', 'HANDSHAKE'],
  },
  {
    id: 'V12',
    title: 'over TLS the server answers somebody else’s question',
    of: ({ speaksFirst }, { injection }) =>
      speaksFirst === 'server'
        ? 'the server is to speak first'
        : { behaviour: { overTls: (session) => void session.write(latin1(injection)) }, needsListener: true },
    ends: ['TLS, then GARBLED'],
  },
  {
    id: 'V12',
    title: 'TLS leads into a session of its implicit form, where the server greets',
    of: (profile, { accepted }) => {
      if (profile.implicitScheme === undefined) return 'no implicit form';
      if (profile.speaksFirst === 'server') return 'the server is to speak first';
      if (!serverGreets(profile)) return 'nobody is greeted';
      const [greeting = new Uint8Array()] = converse(profile.server({ host: HOST, mode: 'require' })).output;
      const overTls: Behaviour['overTls'] = (session) => {
        session.write(greeting);
        session.on('data', () => void session.write(latin1(accepted)));
      };
      return { behaviour: { overTls } };
    },
    ends: ['TLS, then GARBLED'],
  },
  {
    id: 'V13',
    title: 'TLS leads to a server of another protocol with the same certificate',
    of: ({ alpn }) => (alpn === undefined ? 'no ALPN id is registered' : { behaviour: { alpn: ['elsewhere'] } }),
    ends: ['HANDSHAKE'],
  },
  {
    id: 'V14',
    title: 'TLS is demanded, where it was asked for',
    of: (profile, { demand }) =>
      demand === undefined ? 'the demand is the go-ahead' : { ...lastWord(profile, () => demand), timeoutMs: SOON_MS },
    ends: ['UPGRADE_REFUSED', 'NOT_OFFERED', 'GARBLED', 'TIMEOUT', 'TLS'],
  },
  {
    id: 'V15',
    title: 'the server ends TLS and goes on in clear',
    of: (_, { injection }) => ({
      behaviour: {
        overTls: (session, beneath) => void session.end(() => beneath.write(latin1(injection))),
      },
    }),
    ends: ['TLS, then the end', 'TLS, and goes on'], // without a word of it
  },
  ...CERTIFICATES.flatMap(([what, identity, code]) =>
    [false, true].map((implicit) => ({
      id: 'V16',
      title: `${implicit ? 'from the first octet on' : 'in-band'} the certificate is one ${what}`,
      of: withIdentity(identity, implicit),
      ends: [code],
    })),
  ),
  {
    id: 'V17',
    title: 'the dialogue never ends',
    of: (profile) => lastWord(profile, (said) => said.slice(0, -1) + 'A'.repeat(1_100_000)),
    ends: ['GARBLED', 'UPGRADE_REFUSED'],
  },
  {
    id: 'V17',
    title: 'the server falls silent',
    of: (profile) => ({ behaviour: onAnswer(profile, () => undefined), timeoutMs: SOON_MS }),
    ends: ['TIMEOUT'],
  },
  {
    id: 'V17',
    title: 'the server falls silent where TLS should be',
    of: () => ({ behaviour: { transition: 'silence' }, timeoutMs: SOON_MS }),
    ends: ['TIMEOUT', 'HANDSHAKE'],
  },
  {
    id: 'V17',
    title: 'the connection is cut where TLS should be',
    of: () => ({ behaviour: { transition: 'cut' } }),
    ends: ['HANDSHAKE', 'GARBLED'],
  },
  {
    id: 'V18',
    title: 'a policy is said in clear',
    of: (profile, { policy }) => (policy === undefined ? 'no policy is said in it' : lastWord(profile, policy)),
    ends: ['GARBLED', 'TLS'],
  },
];

/** The server as it looks when somebody has taken its TLS away; one whose TLS nobody can take away looks as it is. */
export function stripped(profile: Profile): Behaviour {
  const { refusal, offer } = words[profile.name] ?? {};
  if (refusal !== undefined) return onAnswer(profile, asText(refusal));
  return offer === undefined
    ? {}
    : onAnswer(
        profile,
        asText((said) => said.replace(...offer)),
      );
}

/** How it is done in this protocol; or why it cannot be. */
export const scriptOf = (attack: ClientAttack, profile: Profile): Script | string => {
  const theirs = words[profile.name];
  return theirs === undefined ? 'no words for it' : attack.of(profile, theirs);
};
