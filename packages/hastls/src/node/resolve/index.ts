/**
 * Looking things up in the DNS, with proof.
 *
 * An application cannot learn from its system's resolver whether an answer was validated [R35], and a resolver's word
 * on that would only be as good as the way to it. So we ask a resolver, any resolver, for the data with all signatures,
 * and prove the answer ourselves: `core/dnssec` knows what must be asked and what follows from it, this folder carries
 * its questions to the upstreams (`ask.ts`, on the `ways.ts` there are), keeps time, and keeps what was proven
 * (`cache.ts`) exactly as long as it may be believed.
 *
 * Upstreams need no trust: whatever they leave out, change or invent ends in `bogus` or `indeterminate`.
 */

export { hashes } from '../crypto.ts';
export type { Answer } from './answer.ts';
export type { InVain } from './ask.ts';
export { askEach, type Checking, type Said } from './ask-each.ts';
export { BUILD_DATE } from './build-date.ts';
export { drive } from './drive.ts';
export type { Inquiry } from './inquiry.ts';
export type { Resolver } from './resolver.ts';
export type { ResolverOptions } from './settings.ts';

import type { TrackedZone } from '../../core/dnssec/index.ts';
import { type Resolver, resolverOf } from './resolver.ts';
import { type ResolverOptions, toSettings } from './settings.ts';

/**
 * Makes a resolver, which remembers what it proved. With no options it asks the system's resolvers and trusts the
 * root's keys.
 * @throws HastlsError ERR_HASTLS_OPTION
 */
export const createResolver = (options: ResolverOptions = {}): Resolver =>
  resolverOf(toSettings(options), { now: () => Date.now() / 1000, elapsedMs: () => performance.now() });

/**
 * The keys that a resolver with `anchorsState` follows, as it left them: those it trusts, those it will, and those it
 * never will again. Without that option there are none.
 * @throws HastlsError ERR_HASTLS_OPTION, ERR_HASTLS_STATE
 */
export async function followedKeys(options: ResolverOptions): Promise<readonly TrackedZone[]> {
  const { anchorsState, trust, at = Date.now() / 1000 } = toSettings(options);
  if (anchorsState === undefined) return [];
  const [{ trackedZones }, { readState }] = await Promise.all([
    import('./anchor-keeper.ts'),
    import('./anchors-file.ts'),
  ]);
  return trackedZones(await readState(anchorsState), trust.anchors, at);
}

let common: Resolver | undefined;

/** Looks up a name and type with one resolver, as `createResolver()` makes it, for the whole process. */
export const lookup: Resolver['lookup'] = (name, type, options) => {
  common ??= createResolver();
  return common.lookup(name, type, options);
};
