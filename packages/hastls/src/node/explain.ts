import {
  DEFAULT_STANCE,
  type Decision,
  decide,
  type Request,
  type Source,
  type Stance,
  type Switches,
} from '../core/policy/index.ts';
import type { Service } from '../core/talk/index.ts';
import { HastlsError } from './errors.ts';
import { checkOptions } from './options.ts';
import { createResolver, type Resolver, type ResolverOptions } from './resolve/index.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { servicePorts, type Target, toTarget } from './target.ts';

/** How the promise of a host is found and weighed. Everything omitted takes its safe default. */
export interface ExplainOptions {
  /** Insecure only, secure only, fallback allowed. Default `cso`. [R3] */
  readonly stance?: Stance;
  /** A resolver to share between calls, with its cache. Default: one made from `dns`, for this call alone. */
  readonly resolver?: Resolver;
  /** Where and how to ask. Default: the system's resolvers and the root's anchors. */
  readonly dns?: ResolverOptions;
  /** Other readings of the draft; see `Switches` for each and its default. */
  readonly switches?: Partial<Switches>;
  /** Other authenticated voices, which can only forbid. [A32] */
  readonly sources?: readonly Source[];
  /** A profile of one's own; its name is then a scheme. */
  readonly profile?: Service;
  readonly signal?: AbortSignal;
}

/** A decision with all that led to it. */
export interface Explanation extends Decision {
  readonly target: Target;
  readonly snapshot: Snapshot;
}

/**
 * What a client of this stance may do about this service, and why. Asks DNS, and connects to nothing else.
 * @param url a service, such as `imap://host` or `smtp://host:2525`
 * @throws HastlsError ERR_HASTLS_OPTION when the URL or an option makes no sense
 */
export async function explain(url: string | URL, options: ExplainOptions = {}): Promise<Explanation> {
  checkOptions(options);
  const target = toTarget(url, options.profile);
  return withResolver(options, (resolver) => investigate(target, resolver, options));
}

/** Finds out what there is to know of the target, and decides by it. */
export async function investigate(target: Target, resolver: Resolver, options: ExplainOptions): Promise<Explanation> {
  const { signal, switches = {} } = options;
  return judge(
    target,
    await takeSnapshot(target, resolver, { signal, evenUnsigned: switches.tightenFromInsecure }),
    options,
  );
}

/** The decision for a snapshot already taken. */
function judge(target: Target, snapshot: Snapshot, { stance, switches, sources }: ExplainOptions): Explanation {
  if (target.implicit && stance !== undefined && stance !== 'cso')
    throw new HastlsError(
      'ERR_HASTLS_OPTION',
      `the scheme asks for TLS only, and stance "${stance}" for something else: choose one`,
    );
  const request: Request = {
    service: servicePorts(target.service),
    stance: stance ?? DEFAULT_STANCE,
    evidence: snapshot.evidence,
    implicit: target.implicit,
    ...(target.port === undefined ? {} : { port: target.port }),
    ...(snapshot.alsoForbidding === undefined ? {} : { alsoForbidding: snapshot.alsoForbidding }),
    ...(snapshot.expired === undefined ? {} : { expired: snapshot.expired }),
    ...(snapshot.addressLiteral === undefined ? {} : { addressLiteral: snapshot.addressLiteral }),
    ...(switches === undefined ? {} : { switches }),
    ...(sources === undefined ? {} : { sources }),
  };
  return { ...decide(request), target, snapshot };
}

/** Uses the caller's resolver, or one of its own that is closed afterwards. */
export async function withResolver<R>(
  { resolver, dns }: ExplainOptions,
  use: (resolver: Resolver) => Promise<R>,
): Promise<R> {
  if (resolver !== undefined) return use(resolver);
  const own = createResolver(dns);
  try {
    return await use(own);
  } finally {
    own.close();
  }
}
