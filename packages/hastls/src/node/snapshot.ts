import {
  addressFamily,
  type Hastls,
  ip4ToText,
  ip6ToText,
  ownerName,
  type ResourceRecord,
  readHastls,
  TYPE,
} from '../core/dns/index.ts';
import type { Evidence } from '../core/policy/index.ts';
import { given } from './given.ts';
import type { Answer, Resolver } from './resolve/index.ts';
import type { Target } from './target.ts';

/** What is known of a host at the moment of connecting: one for an attempt and all its steps down. [A31] */
export interface Snapshot {
  readonly addresses: readonly string[];
  readonly evidence: Evidence;
  readonly alsoForbidding?: Evidence;
  readonly expired?: readonly Hastls[];
  readonly addressLiteral?: boolean;
  /** The answers that the evidence rests on, addresses first. */
  readonly answers: readonly Answer[];
}

/** How a snapshot is taken. */
export interface SnapshotOptions {
  readonly signal?: AbortSignal | undefined;
  /** Unsigned records shall be heard too, as they may forbid something. [A22] */
  readonly evenUnsigned?: boolean | undefined;
}

/** Asks for the host's addresses, then for what it promises about this service. */
export async function takeSnapshot(
  target: Target,
  resolver: Resolver,
  { signal, evenUnsigned = false }: SnapshotOptions = {},
): Promise<Snapshot> {
  const local = await localAddresses(target.host);
  if (local !== undefined) return { addresses: local, evidence: UNSIGNED, addressLiteral: true, answers: [] }; // [A34]

  const ask = (name: string, type: string) => resolver.lookup(name, type, given({ signal }));
  const addressAnswers = await Promise.all([ask(target.host, 'A'), ask(target.host, 'AAAA')]); // [A24] addresses first
  const addresses = addressAnswers.flatMap(({ records }) => records.map(addressOf));
  // a host in a provably unsigned zone is not asked further: the answer could not count, and some such servers choke on it [A24]
  if (addressAnswers.some(({ proof, aliases }) => proof === 'insecure' && aliases.length === 0)) {
    if (!evenUnsigned) return { addresses, evidence: UNSIGNED, answers: addressAnswers };
    const promise = await ask(ownerName(target.service.service, target.host), 'HASTLS');
    // a server that chokes on it has said nothing
    const evidence = promise.proof === 'indeterminate' ? UNSIGNED : toEvidence(promise);
    return { addresses, evidence, answers: [...addressAnswers, promise] };
  }

  const names = [target.host, ...lastName(addressAnswers)];
  const promises = await Promise.all(names.map((name) => ask(ownerName(target.service.service, name), 'HASTLS')));
  const [first = UNKNOWN, last] = promises.map(toEvidence);
  const answers = [...addressAnswers, ...promises];
  const expired = expiredRecords(resolver, target, first);
  const common = { addresses, answers, ...given({ expired }) };
  if (last === undefined) return { ...common, evidence: first };
  // ports from the first name if it has records, else from the last; what forbids comes from both [A19]
  return first.proof === 'secure' && first.records.length === 0 && last.proof === 'secure'
    ? { ...common, evidence: last, alsoForbidding: first }
    : { ...common, evidence: first, alsoForbidding: last };
}

const UNSIGNED: Evidence = { proof: 'insecure', records: [] };
const UNKNOWN: Evidence = { proof: 'indeterminate', records: [] };

/** Addresses that no signature could speak of: literals, this machine, and names of the local link. [A34] */
async function localAddresses(host: string): Promise<readonly string[] | undefined> {
  if (addressFamily(host) !== undefined) return [host];
  if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1', '::1']; // [RFC6761 §6.3]
  if (!host.endsWith('.local')) return undefined;
  const { lookup: systemLookup } = await import('node:dns/promises');
  return (await systemLookup(host, { all: true }).catch(() => [])).map(({ address }) => address);
}

/** The end of the host's alias chain, if every link of it is proven; names in between never count. [A19] */
function lastName(addressAnswers: readonly Answer[]): readonly string[] {
  const led = addressAnswers.find(({ proof, aliases }) => proof === 'secure' && aliases.length > 0);
  return led?.aliases.slice(-1) ?? [];
}

const toEvidence = ({ proof, records }: Answer): Evidence => ({
  proof,
  records: records.map(({ rdata }) => readHastls(rdata)),
});

const addressOf = ({ type, rdata }: ResourceRecord): string => (type === TYPE.A ? ip4ToText(rdata) : ip6ToText(rdata));

// The last proven records of each service, per resolver, so that what they forbade outlives them. [A31]
const proven = new WeakMap<Resolver, Map<string, readonly Hastls[]>>();
const REMEMBERED = 10_000;

function expiredRecords(
  resolver: Resolver,
  { service, host }: Target,
  evidence: Evidence,
): readonly Hastls[] | undefined {
  const memory = proven.get(resolver) ?? new Map<string, readonly Hastls[]>();
  proven.set(resolver, memory);
  const key = ownerName(service.service, host);
  if (evidence.proof === 'bogus' || evidence.proof === 'indeterminate') return memory.get(key);
  memory.delete(key);
  const [oldest] = memory.keys();
  if (memory.size >= REMEMBERED && oldest !== undefined) memory.delete(oldest);
  if (evidence.proof === 'secure' && evidence.records.length > 0) memory.set(key, evidence.records);
  return undefined;
}
