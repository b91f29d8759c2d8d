import { type Message, type Question, RCODE, type ResourceRecord, rcodeToText, TYPE, typeToText } from 'hastls/dns';
import type { Said } from 'hastls/resolve';
import { type Finding, fine, mind, wrong } from './finding.ts';

/** What must come through for anything to be proven. */
export type Probe = 'keys' | 'signatures' | 'delegations' | 'absences';

const PROBES: Readonly<Record<Probe, { readonly what: string; readonly shows: (message: Message) => boolean }>> = {
  keys: { what: 'DNSKEY records', shows: ({ answers }) => signed(answers, TYPE.DNSKEY) },
  signatures: { what: 'signatures (RRSIG)', shows: ({ answers }) => signed(answers, TYPE.SOA) },
  delegations: {
    what: 'DS records',
    shows: ({ answers, authorities }) => signed(answers, TYPE.DS) || denies(authorities),
  },
  absences: {
    what: 'proofs of absence (NSEC, NSEC3)',
    shows: ({ answers, authorities }) => denies(authorities) || answers.some(isSignature), // of a wildcard
  },
};

/** A question, and what its answer shows. */
export interface Probing {
  readonly probe: Probe;
  readonly question: Question;
}

/** An upstream as it looks over one transport. */
export interface UpstreamState {
  readonly server: string;
  readonly over: Said['over'];
  /** Why there is no answer at all; null when there is one. */
  readonly silent: string | null;
  /** Whether it speaks EDNS and gives DO back; null when that could not be seen. */
  readonly edns: boolean | null;
  /** Whether it says that it validates (AD). */
  readonly validates: boolean;
  /** What comes through; null where the answer was too long to be seen over this transport. */
  readonly passes: Readonly<Record<Probe, boolean | null>>;
  /** What it answered instead of data, as `SERVFAIL to . DNSKEY`. */
  readonly refusals: readonly string[];
}

/** @param checkedThere what it said when it was to check signatures itself */
export function upstreamStates(
  probings: readonly Probing[],
  said: readonly Said[],
  checkedThere: readonly Said[],
): readonly UpstreamState[] {
  const ways = new Map(said.map((each) => [`${each.over} ${each.server}`, each] as const));
  return [...ways.values()].map(({ server, over }) => {
    const here = (each: Said) => each.server === server && each.over === over;
    const mine = said.filter(here);
    const failures = mine.flatMap(({ reply }) => (reply.kind === 'failure' ? [reply.why] : []));
    const heard = mine.flatMap(({ reply, question }) => (reply.kind === 'message' ? [{ ...reply, question }] : []));
    const shows = (probe: Probe): boolean | null => {
      const asked = probings.filter((each) => each.probe === probe).map(({ question }) => question);
      const replies = mine.filter(({ question }) => asked.includes(question)).map(({ reply }) => reply);
      if (replies.length === 0 || replies.some(({ kind }) => kind === 'truncated')) return null;
      return replies.every((reply) => reply.kind === 'message' && PROBES[probe].shows(reply.message));
    };
    return {
      server,
      over,
      silent: failures.length === mine.length ? (failures[0] ?? null) : null,
      edns: heard.length === 0 ? null : heard.every(({ message }) => message.edns?.dnssecOk === true),
      validates: checkedThere.some(
        (each) => here(each) && each.reply.kind === 'message' && each.reply.message.flags.authenticated,
      ),
      passes: {
        keys: shows('keys'),
        signatures: shows('signatures'),
        delegations: shows('delegations'),
        absences: shows('absences'),
      },
      refusals: heard.flatMap(({ message: { rcode }, question: { name, type } }) =>
        ANSWERS.has(rcode) ? [] : [`${rcodeToText(rcode)} to ${name} ${typeToText(type)}`],
      ),
    };
  });
}

const ANSWERS: ReadonlySet<number> = new Set([RCODE.NOERROR, RCODE.NXDOMAIN]);

const isSignature = ({ type }: ResourceRecord): boolean => type === TYPE.RRSIG;
const signed = (records: readonly ResourceRecord[], type: number): boolean =>
  records.some((record) => record.type === type) && records.some(isSignature);
const denies = (records: readonly ResourceRecord[]): boolean =>
  signed(records, TYPE.NSEC) || signed(records, TYPE.NSEC3);

/** What does not come through, is not answered, or not over every transport. It is wrong where no upstream is better. */
export function judgeUpstreams(states: readonly UpstreamState[]): readonly Finding[] {
  const able = states.some((state) => complaintsOf(state).length === 0);
  const streams = states.filter(({ over }) => over !== 'udp');
  const streamless = streams.every(({ silent }) => silent !== null);
  return states.map((state) => {
    const { server, over, silent, validates } = state;
    const way = `${server} over ${over.toUpperCase()}`;
    const complaints = complaintsOf(state);
    if (complaints.length === 0)
      return fine(
        'upstreams',
        `${way}: answers, passes on all that proofs need, and ${validates ? 'validates itself (AD)' : 'does not say that it validates (no AD), which is not needed'}`,
      );
    const level = able && !(over !== 'udp' && streamless) ? mind : wrong;
    if (silent === null)
      return level(
        'upstreams',
        `${way}: ${complaints.join('; ')}`,
        'ask another resolver (--resolver), or let this one forward DNSSEC records',
      );
    const fix =
      over === 'udp'
        ? 'is it running, and does a firewall let it through? Until then all goes over TCP, after a wait'
        : 'is there a firewall? Answers that do not fit a datagram cannot be had without it';
    return level('upstreams', `${way}: does not answer: ${silent}`, fix);
  });
}

function complaintsOf({ silent, edns, passes, refusals }: UpstreamState): readonly string[] {
  if (silent !== null) return ['does not answer'];
  if (refusals.length > 0) return [`answers ${refusals.join(', ')}`];
  const stripped = (Object.keys(PROBES) as Probe[]).filter((probe) => passes[probe] === false); // the keys of that very table
  return [
    ...(edns === false ? ['knows no EDNS, or drops the DO bit, without which there is no DNSSEC'] : []),
    ...(stripped.length > 0 ? [`strips ${stripped.map((probe) => PROBES[probe].what).join(', ')}`] : []),
  ];
}
