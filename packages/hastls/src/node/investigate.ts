import { DEFAULT_STANCE, decide, type Request } from '../core/policy/index.ts';
import { HastlsError } from './errors.ts';
import type { ExplainOptions, Explanation } from './explain.ts';
import { given } from './given.ts';
import { checkOptions } from './options.ts';
import { createResolver, type Resolver } from './resolve/index.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { servicePorts, type Target, toTarget } from './target.ts';

/** What `explain()` does, which says what it promises. */
export async function makeExplanation(url: string | URL, options: ExplainOptions): Promise<Explanation> {
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
  const { implicit, port } = target;
  const { evidence, alsoForbidding, expired, addressLiteral } = snapshot;
  const service = servicePorts(target.service);
  const request: Request = {
    ...{ service, stance: stance ?? DEFAULT_STANCE, evidence, implicit },
    ...given({ port, alsoForbidding, expired, addressLiteral, switches, sources }),
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
