import { type Hastls, toPort } from '../dns/hastls.ts';
import { type Candidates, fromDefaults, fromRecords, keyOf, portsOf } from './candidates.ts';
import { isMadeSecureOnly, plaintextBars, usableOf } from './prohibitions.ts';
import {
  type Attempt,
  DEFAULT_SWITCHES,
  type Decision,
  type Flag,
  type Reason,
  type Request,
  type Switches,
} from './request.ts';

/**
 * What a client of this stance may do about a server of which this much is known: attempts in order, each on a new
 * connection, and why. TLS always means an authenticated server [R7]. A pure function of the request.
 *
 * The order of thought: what forbids plaintext (everything that can, adds up), what allows TLS, which ports are left.
 */
export function decide(request: Request): Decision {
  const switches = settingsOf(request.switches ?? {});
  const bars = plaintextBars(request, switches);
  const blocked = tlsBar(request, switches);
  const candidates = candidatesOf(request);

  const secure = blocked === undefined ? candidates.secure : [];
  const plain = bars.length === 0 ? plaintextAttempts(candidates, secure, request, switches) : [];
  const plan = [...secure, ...plain];

  return {
    stance: request.stance,
    plan,
    refused: plan.length === 0,
    flags: flagsOf(request, plan),
    because: [
      conclusion(request, plan, [...(blocked === undefined ? [] : [blocked]), ...bars]),
      ...(blocked === undefined ? [] : [blocked]),
      ...bars,
      ...(secure.length > 0 && isMadeSecureOnly(request.evidence, switches) && request.stance === 'cio'
        ? [MADE_SECURE]
        : []),
      ...whatIsKnown(request),
    ],
    fallbackCauses: switches.fallbackCauses,
  };
}

/** The defaults, and what was chosen. A switch that is there and `undefined` was not chosen: it must not undo its default. */
const settingsOf = (chosen: Partial<Switches>): Switches => ({
  ...DEFAULT_SWITCHES,
  ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
});

const MADE_SECURE: Reason = {
  rule: 'A25',
  text: 'for this server the client counts as secure-only, so it may use TLS',
};

/** Why this client may not try TLS, if it may not. */
function tlsBar(request: Request, switches: Switches): Reason | undefined {
  const { stance, evidence, alsoForbidding, expired = [] } = request;
  const usable = evidence.proof === 'secure' ? usableOf(evidence.records) : [];
  switch (stance) {
    case 'cio': {
      const demanded = [evidence, ...(alsoForbidding === undefined ? [] : [alsoForbidding])].some((each) =>
        isMadeSecureOnly(each, switches),
      );
      if (!demanded) return { rule: 'R3', text: 'this client is set to plaintext only' };
      return switches.cioUpgrade === 'allow'
        ? undefined
        : { rule: 'A25', text: 'preference 1 asks for TLS, which this client is set not to use (cioUpgrade)' };
    }
    case 'cso':
      return switches.literalR27 && usable.some(({ doors }) => doors.kind !== 'tls-only')
        ? {
            rule: 'R27',
            text: 'read to the letter (literalR27), a secure-only client shuns a server that gives a plaintext port',
          }
        : undefined;
    case 'cfb':
      return isFailed(request) && commitment(request) === undefined && expired.length > 0 && offersNoTls(expired)
        ? {
            rule: 'A31',
            text: 'the last proven record said that there is no TLS; it has expired, its restriction stays',
          }
        : undefined;
  }
}

/** The ports that what is known leads to. Only usable, proven records steer; everything else leaves the defaults. [A22] */
function candidatesOf(request: Request): Candidates {
  const { evidence, port } = request;
  const doors = evidence.proof === 'secure' ? usableOf(evidence.records).map((each) => each.doors) : [];
  if (doors.length === 0) return asCommitted(request); // absent, unsigned, unproven, or all of it unusable [A8]
  if (port !== undefined && !doors.some((each) => portsOf(each).includes(port))) return fromDefaults(request); // [A13]
  const found = fromRecords(doors, request);
  if (found.secure.length > 0 || commitment(request) === undefined) return found;
  return { ...found, secure: asCommitted(request).secure }; // [A32] over [R28]
}

/** The defaults, after the port that a commitment to TLS names: records that are proven name ports better. [A32] */
function asCommitted(request: Request): Candidates {
  const found = fromDefaults(request);
  const port = toPort(commitment(request)?.tlsPort ?? 0);
  if (port === undefined) return found;
  const named: Attempt = { do: 'tls', port };
  return { ...found, secure: [named, ...found.secure.filter((each) => keyOf(each) !== keyOf(named))] };
}

const commitment = ({ sources = [] }: Request) => sources.find((source) => source.commitsToTls === true);

const offersNoTls = (records: readonly Hastls[]): boolean => {
  const usable = usableOf(records);
  return usable.length > 0 && usable.every(({ doors }) => doors.kind === 'plain-only');
};

const isFailed = ({ evidence: { proof } }: Request): boolean => proof === 'bogus' || proof === 'indeterminate';

/** The steps down, behind every step that is secure. Only for requests that nothing bars from plaintext. */
function plaintextAttempts(
  { plaintext }: Candidates,
  secure: readonly Attempt[],
  { stance, port }: Request,
  { fallbackScope, unauthenticatedTls }: Switches,
): readonly Attempt[] {
  const configured = plaintext.find((each) => each.port === port);
  if (stance === 'cio' || secure.length === 0) {
    const only = configured ?? plaintext[0]; // one port: the configured or the first
    return only === undefined ? [] : [{ do: 'plaintext', port: only.port }];
  }
  const allowed = plaintext.filter(
    ({ port: plain, pair }) => pair.length > 0 || fallbackScope === 'host' || plain === port, // [A11]
  );
  const indexOf = new Map(secure.map((attempt, index) => [keyOf(attempt), index]));
  const afterOf = (pair: readonly Attempt[]): readonly number[] =>
    pair.length === 0
      ? secure.map((_, index) => index)
      : [...new Set(pair.flatMap((attempt) => indexOf.get(keyOf(attempt)) ?? []))].sort((a, b) => a - b); // [A10] [A12]

  const unauthenticated: readonly Attempt[] = unauthenticatedTls // [A29]
    ? [...new Set(allowed.flatMap(({ pair }) => afterOf(pair)))]
        .sort((a, b) => a - b)
        .flatMap((index) =>
          secure
            .slice(index, index + 1)
            .map((attempt) => ({ ...attempt, unauthenticated: true as const, after: [index] })),
        )
    : [];
  return [
    ...unauthenticated,
    ...allowed.map((each): Attempt => ({ do: 'plaintext', port: each.port, after: afterOf(each.pair) })),
  ];
}

function conclusion({ stance, evidence }: Request, plan: readonly Attempt[], against: readonly Reason[]): Reason {
  const [first] = plan;
  if (first === undefined) {
    const rule =
      stance === 'cso' ? (against.find((each) => each.rule === 'R27')?.rule ?? 'R26') : (against.at(-1)?.rule ?? 'R28');
    return { rule, text: 'nothing may be tried: no connection is made' };
  }
  const steps = plan.map(describe).join(', then ');
  if (first.do === 'plaintext')
    return stance === 'cio'
      ? { rule: 'R4', text: `${steps}, as this client is set` }
      : { rule: 'R28', text: `${steps}: the server has no TLS, and says so with a signature` };
  if (plan.some((attempt) => attempt.do === 'plaintext'))
    return {
      rule: evidence.proof === 'secure' ? 'R30' : 'R19',
      text: `${steps}: each on a new connection, and only if TLS fails`,
    };
  return { rule: { cio: 'R24', cso: 'R26', cfb: 'R30' }[stance], text: `${steps}: authenticated TLS only` };
}

const describe = ({ do: how, port, unauthenticated }: Attempt): string => {
  const suffix = unauthenticated === true ? ' without authentication' : '';
  switch (how) {
    case 'tls':
      return `TLS on port ${port}${suffix}`;
    case 'upgrade':
      return `in-band upgrade on port ${port}${suffix}`;
    case 'plaintext':
      return `plaintext on port ${port}`;
  }
};

/** The evidence in words: the innermost reasons. */
function whatIsKnown(request: Request): readonly Reason[] {
  const { evidence, addressLiteral, port } = request;
  if (addressLiteral === true) return [{ rule: 'A34', text: 'the host is an address: no record can speak for it' }];
  const reasons: Reason[] = [];
  const usable = usableOf(evidence.records);
  switch (evidence.proof) {
    case 'secure': {
      if (evidence.records.length === 0)
        reasons.push({
          rule: 'R19',
          text: `proven: no HASTLS record is published${port === undefined ? '; ports are the defaults' : ''}`,
        });
      if (usable.length > 0 && usable.length < evidence.records.length)
        reasons.push({ rule: 'A8', text: 'unusable records of the answer were left out' });
      if (port !== undefined && usable.length > 0 && !usable.some(({ doors }) => portsOf(doors).includes(port)))
        reasons.push({ rule: 'A13', text: `no record speaks of the configured port ${port}` });
      if (usable.some(({ doors, preference }) => doors.kind === 'plain-only' && preference > 0))
        reasons.push({
          rule: 'A26',
          text: 'preference 1 on a server without TLS locks everybody out until its record is mended',
        });
      if (usable.length > 1)
        reasons.push({ rule: 'R18', text: `${usable.length} records were weighed together, in no order of theirs` });
      break;
    }
    case 'insecure':
      reasons.push({
        rule: evidence.records.length > 0 ? 'R34' : 'R19',
        text:
          evidence.records.length > 0
            ? 'the zone is provably unsigned: its records have no force'
            : 'the zone is provably unsigned',
      });
      break;
    case 'bogus':
    case 'indeterminate':
      if (request.stance !== 'cio')
        reasons.push({ rule: 'A23', text: 'authenticated TLS does not hang on the record, so it may be tried' });
  }
  const committed = commitment(request);
  if (committed?.tlsPort !== undefined && usable.length === 0)
    reasons.push({ rule: 'A32', text: `${committed.name} commits to TLS on port ${committed.tlsPort}` });
  if (committed !== undefined && offersNoTls(evidence.records))
    reasons.push({ rule: 'A32', text: `${committed.name} commits to TLS, though the record says there is none` });
  return reasons;
}

function flagsOf(request: Request, plan: readonly Attempt[]): readonly Flag[] {
  const { evidence, addressLiteral } = request;
  const usable = usableOf(evidence.records);
  const raised: readonly (readonly [Flag, boolean])[] = [
    ['unprotected', evidence.proof === 'insecure' || addressLiteral === true],
    ['unproven', isFailed(request)],
    ['unknown-preference', usable.some(({ preference }) => preference > 1)],
    ['unusable-record', usable.length < evidence.records.length],
    ['conflict', commitment(request) !== undefined && offersNoTls(evidence.records)],
    ['plaintext-possible', plan.some((attempt) => attempt.do === 'plaintext')],
  ];
  return raised.filter(([, is]) => is).map(([flag]) => flag);
}
