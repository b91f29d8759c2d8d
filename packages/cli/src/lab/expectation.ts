import { type Hastls, type Port, readHastls, toPort } from 'hastls/dns';
import { type Attempt, type Decision, decide, type Stance } from 'hastls/policy';
import { hastlsFromText } from 'hastls/record';
import type { Deception } from './deceptions.ts';
import type { Host } from './host.ts';
import type { Noticed } from './tampering.ts';

/** One thing to try: a stance before a host, under the eyes of everybody on the way. */
export interface Trial {
  readonly host: Host;
  readonly stance: Stance;
  /** Who stands between the client and the truth about names; nobody, if it is not there. */
  readonly deception: Deception | undefined;
}

/** How a trial must end. */
export interface Expectation {
  readonly decision: Decision;
  readonly end: End;
}

type Met = 'secured' | 'plaintext' | 'demanded';

export type End =
  /** `demanded`: a plaintext session was told that TLS comes first. [S7] */
  | { readonly kind: Met; readonly do: Attempt['do']; readonly port: number }
  | { readonly kind: 'refused'; readonly because: 'policy' | 'no-address' | Noticed };

/**
 * What the policy asks for, played through in the world as it was built: the evidence is what an honest proof must
 * find, the plan is what `decide()` makes of it, and each attempt meets the door and the attacker that stand there.
 */
export function expectation(trial: Trial): Expectation {
  const { host, stance, deception } = trial;
  const port = portInUrl(trial);
  const decision = decide({
    service: { ...host.profile, inBand: true },
    stance,
    ...(port && { port }),
    evidence: {
      proof: deception !== undefined ? 'indeterminate' : host.signed ? 'secure' : 'insecure',
      records: deception === undefined ? host.promise.map(toRecord) : [],
    },
  });
  const cannotBeFound = deception?.always === true && !decision.refused;
  return { decision, end: cannotBeFound ? { kind: 'refused', because: 'no-address' } : play(decision, host) };
}

/** A URL needs a port where no proven record will name one. */
export const portInUrl = ({ host, deception }: Trial): Port | undefined =>
  deception === undefined && host.signed && host.promise.length > 0 ? undefined : toPort(host.ports.plain ?? 0);

function play({ plan, fallbackCauses }: Decision, host: Host): End {
  const noticed: (Noticed | undefined)[] = [];
  const mayFollow = (index: number) => fallbackCauses.some((cause) => cause === noticed[index]);
  for (const attempt of plan) {
    if (attempt.after?.every(mayFollow) === false) continue;
    const met = meet(attempt, host);
    if (met === 'secured' || met === 'plaintext' || met === 'demanded')
      return { kind: met, do: attempt.do, port: attempt.port };
    noticed.push(met);
    if (met === 'attacked') break;
  }
  return { kind: 'refused', because: noticed.at(-1) ?? 'policy' };
}

/** What an attempt comes upon. */
function meet({ do: how, port }: Attempt, { ports, kind, tampering }: Host): Met | Noticed {
  switch (how) {
    case 'plaintext':
      if (port !== ports.plain) return 'unreachable';
      return kind.plain === 'tls-first' ? 'demanded' : 'plaintext';
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
