export { type HastlsCode, HastlsError } from './errors.ts';
export { type Answer, createResolver, lookup, type Resolver, type ResolverOptions } from './resolve/index.ts';
