import { type Rrsig, readRrsig, TYPE } from 'hastls/dns';
import { rfc3339 } from 'hastls/report';
import type { Said } from 'hastls/resolve';
import { type Finding, fine, wrong } from './finding.ts';

/** The time, and what there is to compare it with. In seconds since 1970. */
export interface ClockState {
  readonly now: number;
  readonly released: number;
  /** From the latest beginning to the earliest end of what the signatures have in common; null without signatures. */
  readonly signatures: { readonly from: number; readonly until: number } | null;
}

export function clockState(now: number, released: number, said: readonly Said[]): ClockState {
  const messages = said.flatMap(({ reply }) => (reply.kind === 'message' ? [reply.message] : []));
  const times = messages
    .flatMap(({ answers }) => answers)
    .filter(({ type }) => type === TYPE.RRSIG)
    .flatMap(({ rdata }) => timesOf(rdata))
    .map(({ inception, expiration }) => ({ from: near(now, inception), until: near(now, expiration) }));
  if (times.length === 0) return { now, released, signatures: null };
  const from = Math.max(...times.map((each) => each.from));
  const until = Math.min(...times.map((each) => each.until));
  return { now, released, signatures: { from, until } };
}

/** Nobody has proven these octets: they may be no signature at all. */
function timesOf(rdata: Uint8Array): readonly Pick<Rrsig, 'inception' | 'expiration'>[] {
  try {
    return [readRrsig(rdata)];
  } catch {
    return [];
  }
}

/** Times of signatures have 32 bits, and are the nearest of that kind. [RFC4034 §3.1.5] */
const near = (now: number, time: number): number => now + ((time - now) | 0);

export function judgeClock({ now, released, signatures }: ClockState): Finding {
  const at = `it is ${rfc3339(now)} here`;
  const fix = 'set the clock, and keep it right by NTP';
  if (now < released) return wrong('clock', `${at}, before hastls was released (${rfc3339(released)})`, fix);
  if (signatures === null) return fine('clock', `${at}, after hastls was released; no signature was seen to compare`);
  const { from, until } = signatures;
  if (now < from) return wrong('clock', `${at}, and signatures are valid from ${rfc3339(from)} on`, fix);
  if (now > until)
    return wrong(
      'clock',
      `${at}, and signatures were valid until ${rfc3339(until)}`,
      `${fix}; if it is right, the resolver gives old answers`,
    );
  return fine('clock', `${at}, within the signatures' validity, ${rfc3339(from)} to ${rfc3339(until)}`);
}
