import { HastlsError } from 'hastls';
import { toPort } from 'hastls/dns';
import type { Practice } from 'hastls/policy';
import type { Resolver } from 'hastls/resolve';
import { checkRecord, type RecordCheck } from 'hastls/serve';
import type { Logger } from 'pino';
import { EXIT, type ExitStatus, statusOfProof } from '../exit-status.ts';
import { type GatewayConfig, lineOf, type WholeGateway, wholeGateways } from './gateway-config.ts';

/** What the gateways of a file serve, against the records under their names. */
export interface RecordChecks {
  readonly checks: readonly RecordCheck[];
  /** Contradictions that gateways are not to be run with. */
  readonly forbidden: readonly string[];
}

/** Gateways of one name and service are looked at together: its records are about all of them. @throws HastlsError UsageError */
export async function checkRecords(config: GatewayConfig, makeResolver: () => Resolver): Promise<RecordChecks> {
  const groups = new Map<string, WholeGateway[]>();
  for (const each of wholeGateways(config)) {
    if (each.name === undefined) continue;
    const key = `${each.profile?.service} ${each.name.toLowerCase()}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  if (groups.size === 0) return { checks: [], forbidden: [] };
  const resolver = makeResolver();
  const checking = Promise.all([...groups.values()].map((group) => checkGroup(group, resolver)));
  const checked = await checking.finally(() => resolver.close());
  return {
    checks: checked.map(({ check }) => check),
    forbidden: checked.flatMap(({ check, isEnforced }) => (isEnforced ? sentences(check, 'contradiction') : [])),
  };
}

async function checkGroup(group: readonly WholeGateway[], resolver: Resolver) {
  const [first] = group as readonly [WholeGateway, ...WholeGateway[]]; // a group has one at least
  const { profile } = first;
  if (profile === undefined || first.name === undefined)
    throw new TypeError('only what has a name and a protocol is checked');
  const check = await checkRecord(profile, first.name, group.flatMap(practiceOf), resolver);
  return { check, isEnforced: group.some((each) => each.enforce_record) };
}

function practiceOf(gateway: WholeGateway): readonly Practice[] {
  const { listen, public_ports: ports, profile } = gateway;
  const { mode, implicitToo } = lineOf(gateway, profile);
  const listened = listen.flatMap((each) => ('port' in each ? [each.port] : []));
  return [...new Set(ports ?? listened)]
    .map(toPort)
    .filter((port) => port !== undefined)
    .map((port) => ({
      port,
      implicit: mode === 'implicit' || implicitToo,
      inBand: mode !== 'implicit',
      plaintext: mode === 'prefer' ? 'all' : typeof mode === 'string' ? 'none' : 'some',
    }));
}

/**
 * Lets a log know what is found. With `enforce_record` nobody is served before, nor if it is a contradiction.
 * @throws UsageError HastlsError
 */
export async function admit(config: GatewayConfig, checking: Promise<RecordChecks>, log: Logger): Promise<void> {
  const told = checking.then((checks) => {
    for (const check of checks.checks) logRecord(check, log);
    return checks;
  });
  if (!wholeGateways(config).some((each) => each.enforce_record)) {
    told.catch((error: Error) => log.warn({ why: error.message }, 'records cannot be looked up'));
    return;
  }
  const { forbidden } = await told;
  if (forbidden.length > 0)
    throw new HastlsError('ERR_HASTLS_POLICY', 'what is published contradicts what is to be served', forbidden);
}

/** Loudest where clients are misled. */
function logRecord(check: RecordCheck, log: Logger): void {
  const { owner, found, evidence } = check;
  const { proof } = evidence;
  const level = found.some(({ kind }) => kind === 'contradiction') ? 'error' : 'warn';
  if (found.length === 0) log.info({ owner, proof }, 'record says what is served');
  else
    log[level](
      { owner, proof, found: sentences(check), publish: recordsOf(check) },
      'record differs from what is served',
    );
}

/** The same for people, and for programs. */
export function recordLines({ checks }: RecordChecks): readonly string[] {
  return checks.flatMap((check) => {
    if (check.found.length === 0) return [`${check.owner}: says what is served`];
    const found = check.found.map(({ kind, rule, text }) => `  ${kind}: ${text} [${rule}]`);
    return [
      `${check.owner}:`,
      ...found,
      '  what is served would be said by',
      ...recordsOf(check).map((each) => `    ${each}`),
    ];
  });
}

export const recordsObject = ({ checks }: RecordChecks): object => ({
  v: 1,
  records: checks.map((check) => ({
    owner: check.owner,
    proof: check.evidence.proof,
    found: check.found,
    publish: recordsOf(check),
  })),
});

/** Nobody may take it for a yes that nothing is promised, or nothing that can be proven; what cannot be found out is no no. */
export function statusOfRecords({ checks }: RecordChecks): ExitStatus {
  if (checks.some(({ found }) => found.some(({ kind }) => kind === 'contradiction'))) return EXIT.no;
  const unproven = checks.map(({ evidence }) => statusOfProof[evidence.proof]).filter((status) => status !== EXIT.done);
  return unproven[0] ?? (checks.some(({ found }) => found.length > 0) ? EXIT.no : EXIT.done);
}

const sentences = ({ found }: RecordCheck, wanted?: RecordCheck['found'][number]['kind']): readonly string[] =>
  found
    .filter(({ kind }) => wanted === undefined || kind === wanted)
    .map(({ kind, rule, text }) => `${kind}: ${text} [${rule}]`);

const recordsOf = ({ owner, publish }: RecordCheck): readonly string[] =>
  publish.map(({ plain, tls, preference }) => `${owner}. 300 IN HASTLS ${plain} ${tls} ${preference}`);
