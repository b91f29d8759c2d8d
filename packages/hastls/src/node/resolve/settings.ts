import type { SecureContextOptions } from 'node:tls';
import { HASTLS_TYPE, labelCount, type Name, toHastlsType } from '../../core/dns/index.ts';
import { ROOT_ANCHORS } from '../../core/dnssec/built-in-anchors.ts';
import type { Anchor, Context, NegativeAnchor } from '../../core/dnssec/index.ts';
import { HastlsError } from '../errors.ts';
import { hasUnreadable } from '../trust.ts';
import { type Known, refuseUnknown } from '../unknown-options.ts';
import type { AskOptions } from './ask.ts';
import { toAskedName } from './asked.ts';
import { type SystemResolvers, systemResolvers } from './resolv-conf.ts';
import { toUpstream } from './upstream.ts';

/** How a resolver is to look things up. Whatever is left out has the safe value. */
export interface ResolverOptions {
  /**
   * Resolvers to ask. Default: the system's.
   *
   * - `udp://192.0.2.1:53`, and over TCP what does not fit; `tcp://[2001:db8::1]`, over TCP only;
   * - `tls://dns.example@192.0.2.1:853`: DNS over TLS, with a certificate for this name (without one: for the address);
   *   `tls://192.0.2.1#pin-sha256=BASE64`: with this key, by the SHA-256 of its SubjectPublicKeyInfo, whatever the
   *   certificate says; more keys behind `&`; a name and a pin must hold both;
   * - `https://dns.example/dns-query`: DNS over HTTPS; with `#at=192.0.2.1` its name is not asked for, but taken to be
   *   at this address.
   *
   * Those over TLS are never asked in clear: they prove who they are, or are no use.
   */
  readonly servers?: readonly string[];
  /** Certificate authorities, in PEM, for resolvers over TLS and HTTPS, and for nothing else. Default: Node's. */
  readonly ca?: SecureContextOptions['ca'];
  /**
   * Write names in capitals and small letters at random when asking over UDP, which a forger must guess too. A resolver
   * that does not repeat them is asked over TCP. Default: false.
   */
  readonly mixedCase?: boolean;
  /** Where trust begins. Default: the root's keys as IANA publishes them. */
  readonly anchors?: readonly Anchor[];
  /**
   * Follow the keys of the anchors' zones through their rollovers, as RFC 5011 has it, and remember them in this file.
   * The anchors are where it begins: from then on a key counts that a trusted one has signed for 30 days, and one that
   * revokes itself counts no more. Default: the anchors are believed as they are.
   */
  readonly anchorsState?: string;
  /**
   * Zones whose broken signatures are known and suffered for a while, a week at most: what they say counts as unsigned,
   * which may lead to plaintext. Never the root or a top-level domain; an anchor of the zone itself, or of one below,
   * has precedence. Default: none.
   */
  readonly negativeAnchors?: readonly { readonly zone: string; readonly until: Date }[];
  /** Judge signatures as of this time, in seconds since 1970. Default: the clock, which must not be older than this release. */
  readonly at?: number;
  /** A look-up ends after this long, whatever it has found out. Default 5000. */
  readonly timeoutMs?: number;
  /** HASTLS's type number, or several during a migration, whose records then count as one set. Default 65400. [F1] */
  readonly rrtype?: number | readonly number[];
  /** Take an `rrtype` outside of the private range, for the day on which IANA assigns one. Default: refuse it. [F1] */
  readonly rrtypeOutsidePrivateRange?: boolean;
  /** Validate RSA/SHA-1 too: zones that have nothing else count as unsigned otherwise. Default: do not. [RFC9905] */
  readonly acceptSha1?: boolean;
  /** Shortest RSA key that counts. Default 1024. */
  readonly minRsaBits?: number;
  /** Prove an answer anew when it is asked for in the last tenth of its time, while it is given still. Default: false. */
  readonly prefetch?: boolean;
  /** Zones that are known to be signed: a proof that one of them, or anything below, is not, counts as bogus. Default: none. */
  readonly pinnedZones?: readonly string[];
  /**
   * A zone that was once proven to be signed counts as pinned for as long as this resolver lives, or, given a set, for as
   * long as it is in there: what one resolver has learnt the next one knows. Default: false.
   */
  readonly pinSecureZones?: boolean | Set<string>;
}

/** Options, checked and complete. */
export interface Settings {
  readonly asking: AskOptions;
  readonly trust: Pick<Context, 'anchors' | 'negativeAnchors' | 'acceptSha1' | 'minRsaBits'>;
  readonly anchorsState: string | undefined;
  readonly at: number | undefined;
  readonly timeoutMs: number;
  readonly rrtypes: readonly [number, ...number[]];
  readonly prefetch: boolean;
  readonly pinnedZones: readonly Name[];
  /** Canonical names of zones that were proven to be signed; none: nobody keeps them in mind. */
  readonly seen: Set<string> | undefined;
}

const KNOWN = {
  servers: true,
  ca: true,
  mixedCase: true,
  anchors: true,
  anchorsState: true,
  negativeAnchors: true,
  at: true,
  timeoutMs: true,
  rrtype: true,
  rrtypeOutsidePrivateRange: true,
  acceptSha1: true,
  minRsaBits: true,
  prefetch: true,
  pinnedZones: true,
  pinSecureZones: true,
} satisfies Known<ResolverOptions>;

const PATIENCE_MS = 600;
const ROUNDS = 2;
const MAX_SERVERS = 8;
const MAX_TIMEOUT_MS = 600_000;
const MAX_RRTYPES = 4;

/** @throws HastlsError ERR_HASTLS_OPTION */
export function toSettings(options: ResolverOptions): Settings {
  refuseUnknown(options, KNOWN);
  const { anchors = ROOT_ANCHORS, at, timeoutMs = 5000, acceptSha1 = false, minRsaBits, pinnedZones = [] } = options;
  const { pinSecureZones = false } = options;
  if (typeof pinSecureZones !== 'boolean' && !(pinSecureZones instanceof Set))
    throw refuse('"pinSecureZones" is true, false, or a set');
  if (!Array.isArray(anchors)) throw refuse('"anchors" is a list, as readAnchors() makes one');
  if (at !== undefined && !(Number.isFinite(at) && at >= 0)) throw refuse(`"at" is in seconds since 1970, not ${at}`);
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    throw refuse(`"timeoutMs" is from 1 to ${MAX_TIMEOUT_MS}, not ${timeoutMs}`);
  if (minRsaBits !== undefined && !(Number.isInteger(minRsaBits) && minRsaBits > 0))
    throw refuse(`"minRsaBits" is a number of bits, not ${minRsaBits}`);
  return {
    asking: toAsking(options, timeoutMs),
    trust: {
      anchors,
      negativeAnchors: toNegativeAnchors(options),
      acceptSha1,
      ...(minRsaBits !== undefined && { minRsaBits }),
    },
    anchorsState: options.anchorsState,
    at,
    timeoutMs,
    rrtypes: toRrtypes(options.rrtype ?? HASTLS_TYPE, options.rrtypeOutsidePrivateRange ?? false),
    prefetch: options.prefetch ?? false,
    pinnedZones: pinnedZones.map(toAskedName),
    seen: pinSecureZones === true ? new Set() : pinSecureZones === false ? undefined : pinSecureZones,
  };
}

const WEEK_SECONDS = 7 * 86_400;

/** [RFC7646 §4] */
const toNegativeAnchors = ({
  negativeAnchors = [],
  at = Date.now() / 1000,
}: ResolverOptions): readonly NegativeAnchor[] =>
  negativeAnchors.map((each) => {
    const zone = toAskedName(each.zone);
    const until = each.until.getTime() / 1000;
    if (labelCount(zone) < 2) throw refuse(`a negative anchor for ${zone} would switch off too much`);
    if (!(until <= at + WEEK_SECONDS))
      throw refuse(`the negative anchor for ${zone} ends within a week, or it is none`);
    return { zone, until };
  });

function toAsking({ servers, ca, mixedCase = false }: ResolverOptions, timeoutMs: number): AskOptions {
  if (hasUnreadable(ca))
    throw refuse('"ca" holds no certificate, and would have nobody trusted: it is PEM, and not the name of a file');
  if (servers !== undefined && (servers.length < 1 || servers.length > MAX_SERVERS))
    throw refuse(`"servers" has from 1 to ${MAX_SERVERS} entries`);
  const system: SystemResolvers = servers === undefined ? systemResolvers() : { servers: servers.map(toUpstream) };
  const { patienceMs = PATIENCE_MS, rounds = ROUNDS } = system;
  // with more than a quarter of all the time for one of them the others would hardly get a turn
  return { upstreams: system.servers, patienceMs: Math.min(patienceMs, timeoutMs / 4), rounds, ca, mixedCase };
}

function toRrtypes(given: number | readonly number[], anywhere: boolean): readonly [number, ...number[]] {
  const [first, ...others] = new Set(typeof given === 'number' ? [given] : given);
  if (first === undefined || others.length >= MAX_RRTYPES) throw refuse(`"rrtype" is 1 to ${MAX_RRTYPES} numbers`);
  for (const rrtype of [first, ...others]) {
    const checked = toHastlsType(rrtype, anywhere ? 'outside-allowed' : 'outside-refused');
    if (!checked.ok) throw refuse(`"rrtype": ${checked.why}`); // [F1] [R31]
  }
  return [first, ...others];
}

const refuse = (why: string): HastlsError => new HastlsError('ERR_HASTLS_OPTION', `resolver: ${why}`);
