import type { Resolver } from './resolve/index.ts';

/** Kept, as an import of what is loaded takes longer than to look up what is remembered. */
let loaded: Promise<typeof import('./resolve/index.ts')> | undefined;

/**
 * Looks up a name and type with one resolver for the whole process, as `createResolver()` of `hastls/resolve` makes it
 * without options. Read `proof` first.
 * @throws HastlsError, and the signal's reason, as `Resolver.lookup` does
 */
export const lookup: Resolver['lookup'] = async (...asked) => {
  loaded ??= import('./resolve/index.ts');
  const resolve = await loaded;
  return resolve.lookup(...asked);
};
