import type { Profile } from '#core/talk/index.js';
import { HELLO, heardBy } from '../contract/rows.js';
import type { Meddling, Outcome } from './servers.ts';

/** What a hostile client, or somebody on the way, does to a server. */
export interface ServerAttack {
  readonly id: string;
  readonly title: string;
  /** How it is done in this protocol; or why it cannot be. */
  readonly of: (profile: Profile) => Meddling | string;
  readonly ends: readonly Outcome['end'][];
  /** It ends when the server's patience does. */
  readonly waits?: true;
}

/** What a client of this protocol says first, which makes sense at any time. */
const command = (profile: Profile): Uint8Array =>
  heardBy(profile, 'server').find((each) => each !== HELLO) ?? Buffer.from('NOOP\r\n');

const same = (profile: Profile, bytes: Uint8Array): Meddling | string =>
  heardBy(profile, 'server')[0] === HELLO ? 'nothing is asked' : { behind: { segment: 'same', bytes } };

export const serverAttacks: readonly ServerAttack[] = [
  {
    id: 'V3',
    title: 'a command stands behind the request for TLS, in the same segment',
    of: (profile) => same(profile, command(profile)),
    ends: ['the end', 'no TLS'],
  },
  {
    id: 'V3',
    title: 'a fragment of one stands behind it',
    of: (profile) => same(profile, command(profile).subarray(0, 1)),
    ends: ['the end', 'no TLS'],
  },
  {
    id: 'V5',
    title: 'a command comes behind it, in the next segment',
    of: (profile) => ({ behind: { segment: 'next', bytes: command(profile) } }),
    ends: ['the end', 'no TLS'],
  },
  {
    id: 'V12',
    title: 'over TLS nothing is answered that nobody asked',
    of: ({ speaksFirst }) => (speaksFirst === 'server' ? 'the server is to speak first' : {}),
    ends: ['TLS'],
  },
  {
    id: 'V13',
    title: 'the client takes it for a server of another protocol',
    of: ({ alpn }) => (alpn === undefined ? 'no ALPN id is registered' : { alpn: ['elsewhere'] }),
    ends: ['no TLS'],
  },
  {
    id: 'V14',
    title: 'a ClientHello stands where a command should',
    of: (profile) => (heardBy(profile, 'server')[0] === HELLO ? 'it is to come first' : { instead: HELLO }),
    ends: ['the end'],
  },
  {
    id: 'V15',
    title: 'the client ends TLS and goes on in clear',
    of: (profile) => ({ afterTls: command(profile) }),
    ends: ['TLS'],
  },
  {
    id: 'V17',
    title: 'a megabyte of nothing',
    of: () => ({ instead: Buffer.alloc(1_000_000, 'A') }),
    ends: ['the end'],
  },
  {
    id: 'V17',
    title: 'the same command, without end',
    of: (profile) => ({ instead: Buffer.concat(Array<Uint8Array>(10_000).fill(command(profile))) }),
    ends: ['the end'],
  },
  {
    id: 'V17',
    title: 'the client says nothing at all',
    of: () => ({ instead: new Uint8Array() }),
    ends: ['the end'],
    waits: true,
  },
  {
    id: 'V17',
    title: 'the client stops in the midst of its first word',
    of: (profile) => ({ instead: command(profile).subarray(0, 1) }),
    ends: ['the end'],
    waits: true,
  },
  {
    id: 'V17',
    title: 'the client’s first word does not end, and comes an octet at a time',
    of: (profile) => ({ slowly: command(profile).subarray(0, -1) }),
    ends: ['the end'],
    waits: true,
  },
  {
    id: 'V17',
    title: 'the client says nothing where TLS should be',
    of: () => ({ insteadOfTls: new Uint8Array() }),
    ends: ['the end'],
    waits: true,
  },
  {
    id: 'V17',
    title: 'the client stops in the midst of its ClientHello',
    of: () => ({ insteadOfTls: HELLO }),
    ends: ['the end'],
    waits: true,
  },
];
