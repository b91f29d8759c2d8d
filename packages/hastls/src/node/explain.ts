import type { Decision, Source, Stance, Switches } from '../core/policy/index.ts';
import type { Service } from '../core/talk/index.ts';
import type { Resolver, ResolverOptions } from './resolve/index.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

/** How the promise of a host is found and weighed. Everything omitted takes its safe default. */
export interface ExplainOptions {
  /** Insecure only, secure only, fallback allowed. Default `cso`. [R3] */
  readonly stance?: Stance;
  /**
   * A resolver to share between calls, with its cache: `createResolver()` of `hastls/resolve` makes one. Default: one made
   * from `dns`, for this call alone.
   */
  readonly resolver?: Resolver;
  /** Where and how to ask. Default: the system's resolvers and the root's anchors. */
  readonly dns?: ResolverOptions;
  /** Other readings of the draft; see `Switches` for each and its default. */
  readonly switches?: Partial<Switches>;
  /** Other authenticated voices, which can only forbid. [A32] */
  readonly sources?: readonly Source[];
  /** A profile of one's own, as `hastls/profiles` makes them; its name is then a scheme. */
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
  const { makeExplanation } = await import('./investigate.ts');
  return makeExplanation(url, options);
}
