import { type Hastls, type Port, readHastls, toPort } from 'hastls/dns';
import { type Attempt, type Decision, decide, type Stance } from 'hastls/policy';
import { hastlsFromText } from 'hastls/record';
import type { Host } from './host.ts';
import type { Noticed } from './tampering.ts';

/** One thing to try: a stance before a host, under the eyes of everybody on the way. */
export interface Trial {
  readonly host: Host;
  readonly stance: Stance;
  /** Whether the resolver tells the truth. */
  readonly honestDns: boolean;
}

/** How a trial must end. */
export interface Expectation {
  readonly decision: Decision;
  readonly end: End;
}

export type End =
  | { readonly kind: 'secured' | 'plaintext'; readonly attempt: Attempt }
  /** The last thing that was noticed; nothing when nothing was tried. */
  | { readonly kind: 'refused'; readonly noticed: Noticed | undefined };

/**
 * What the policy asks for, played through in the world as we built it: the evidence is what an honest proof must
 * find, the plan is what `decide()` makes of it, and each attempt meets the door and the attacker that stand there.
 */
export function expectation({ host, stance, honestDns }: Trial): Expectation {
  const { profile } = host;
  const proof = !honestDns ? 'indeterminate' : host.signed ? 'secure' : 'insecure';
  const port = portInUrl({ host, honestDns });
  const decision = decide({
    service: { ...profile, inBand: true },
    stance,
    ...(port && { port }),
    evidence: { proof, records: honestDns ? host.promise.map(toRecord) : [] },
  });
  return { decision, end: play(decision, host) };
}

/** A URL needs a port where no proven record will name one. */
export function portInUrl({ host, honestDns }: Pick<Trial, 'host' | 'honestDns'>): Port | undefined {
  return honestDns && host.signed && host.promise.length > 0 ? undefined : toPort(host.ports.plain ?? 0);
}

function play({ plan, fallbackCauses }: Decision, host: Host): End {
  const noticed: (Noticed | undefined)[] = [];
  const mayFollow = (index: number) => fallbackCauses.some((cause) => cause === noticed[index]);
  for (const attempt of plan) {
    if (attempt.after?.every(mayFollow) === false) continue;
    const met = meet(attempt, host);
    if (met === 'secured' || met === 'plaintext') return { kind: met, attempt };
    noticed.push(met);
    if (met === 'attack') break;
  }
  return { kind: 'refused', noticed: noticed.at(-1) };
}

/** What an attempt comes upon. */
function meet({ do: how, port }: Attempt, { ports, kind, tampering }: Host): 'secured' | 'plaintext' | Noticed {
  switch (how) {
    case 'plaintext':
      return 'plaintext';
    case 'upgrade':
      if (port !== ports.plain) return 'unreachable';
      return kind.plain === 'no-tls' ? 'not-offered' : (tampering?.noticed.inBand ?? 'secured');
    case 'tls':
      return port === ports.tls ? (tampering?.noticed.implicit ?? 'secured') : 'handshake';
  }
}

function toRecord(promise: string): Hastls {
  const rdata = hastlsFromText(promise);
  if (!rdata.ok) throw new RangeError(rdata.why);
  return readHastls(rdata.value);
}
