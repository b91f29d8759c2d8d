import { type Hastls, type Port, readHastls, toPort } from 'hastls/dns';
import { type Attempt, type Decision, decide, type Stance } from 'hastls/policy';
import { hastlsFromText } from 'hastls/record';
import type { Deception } from './deceptions.ts';
import type { Host } from './host.ts';
import type { Noticed } from './tampering.ts';
import { weapons } from './weapons.ts';

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

type Met =
  | 'secured'
  | 'plaintext'
  | 'demanded' // plaintext, until the server wanted TLS and got it [S14]
  | 'denied'; // plaintext, until TLS was wanted and could not be had

export type End =
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
  const noticed: Noticed[] = [];
  const mayFollow = (index: number) => fallbackCauses.some((cause) => cause === noticed[index]);
  for (const { do: how, port, after } of plan) {
    if (after?.every(mayFollow) === false) continue;
    const met = meet(how, port, host);
    if (isMet(met)) return { kind: met, do: how, port };
    noticed.push(met);
    if (met === 'attacked') break;
  }
  return { kind: 'refused', because: noticed.at(-1) ?? 'policy' };
}

/** What an attempt comes upon. */
function meet(how: Attempt['do'], port: number, host: Host): Met | Noticed {
  const { ports, kind, tampering } = host;
  switch (how) {
    case 'plaintext':
      if (port !== ports.plain) return 'unreachable';
      if (kind.plain !== 'tls-first' && tampering?.demands !== true) return 'plaintext';
      // a forged demand leads to the true server's TLS, if it has any and is asked for it
      return kind.plain === 'no-tls' || isForgedInVain(host) ? 'denied' : 'demanded';
    case 'upgrade':
      if (port !== ports.plain) return 'unreachable';
      return kind.plain === 'no-tls' ? 'not-offered' : (tampering?.noticed.inBand ?? 'secured');
    case 'tls':
      return port === ports.tls ? (tampering?.noticed.implicit ?? 'secured') : 'handshake';
  }
}

/** The true server does not expect the ClientHello that follows a demand which it has not made. [S9] */
const isForgedInVain = ({ profile, tampering }: Host): boolean =>
  tampering?.demands === true && weapons[profile.name]?.helloFollowsDemand === true;

const MET: readonly string[] = ['secured', 'plaintext', 'demanded', 'denied'] satisfies Met[];
const isMet = (met: Met | Noticed): met is Met => MET.includes(met);

function toRecord(promise: string): Hastls {
  const rdata = hastlsFromText(promise);
  if (!rdata.ok) throw new RangeError(rdata.why);
  return readHastls(rdata.value);
}
