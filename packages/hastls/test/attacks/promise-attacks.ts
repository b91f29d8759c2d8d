import type { Stance } from 'hastls';
import {
  type Attack,
  answerOf,
  answerServfail,
  deny,
  forge,
  type Hierarchy,
  inject,
  replay,
  staySilent,
  stripSignatures,
} from 'hastls/testing';
import { parseName } from '#core/dns/index.js';

/** What becomes of a server's promise of TLS on the way to its client. */
export interface PromiseAttack {
  readonly id: string;
  readonly title: string;
  /** What is done to the answer; none: it arrives as it is. */
  readonly attack?: (promise: TruePromise) => Attack;
  /** What the client is set to. */
  readonly stance: Stance;
  readonly ends: readonly string[];
  /** How long the resolver waits. Default: long. */
  readonly dnsMs?: number;
}

/** A promise, as its server made it. */
export interface TruePromise {
  /** The name it is at, and one where another host promises plaintext. */
  readonly owner: string;
  readonly other: string;
  readonly port: number;
  /** What stood there a year ago: plaintext. */
  readonly old: Hierarchy;
}

const plaintext = ({ owner, port }: TruePromise): string => `${owner} 300 IN HASTLS ${port} 0 0`;

/** TLS is all that there is; and it has been taken away. */
const ENDS = ['UPGRADE_REFUSED', 'NOT_OFFERED', 'TLS'];

export const promiseAttacks: readonly PromiseAttack[] = [
  {
    id: 'V18',
    title: 'a promise of plaintext is forged',
    attack: (promise) => forge(plaintext(promise)),
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V18',
    title: 'a promise of plaintext is added to the true one',
    attack: (promise) => inject(plaintext(promise)),
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V18',
    title: 'the promise comes without its signature',
    attack: () => stripSignatures,
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V18',
    title: 'another host’s promise of plaintext comes in its place, signed',
    attack: ({ other }) => answerOf((question) => ({ ...question, name: parseName(other) })),
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V18',
    title: 'a promise of plaintext of a year ago comes in its place, signed',
    attack: ({ old }) => replay(old.answer),
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V18',
    title: 'it is said that there is no promise, without a proof',
    attack: () => deny(),
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V19',
    title: 'nothing is heard of a promise',
    attack: () => staySilent,
    stance: 'cfb',
    ends: ENDS,
    dnsMs: 2500,
  },
  {
    id: 'V19',
    title: 'the resolver has failed',
    attack: () => answerServfail,
    stance: 'cfb',
    ends: ENDS,
  },
  {
    id: 'V19',
    title: 'the user wants plaintext, where the promise forbids it',
    stance: 'cio',
    ends: ['TLS'],
  },
];
