/**
 * Connections that cannot be talked down to plaintext.
 *
 * `connect()` does it all: it looks up what a server promises, proves it, decides, connects, and upgrades to TLS.
 * `explain()` stops before connecting, and `lookup()` asks DNS, with proof, for anything.
 *
 * Each of them loads what it needs when it is first called, so that importing costs a program next to nothing. What is
 * wanted at once (resolvers, decisions, profiles) is in the other entries.
 */
export type { Decision, Stance, Switches } from '../core/policy/index.ts';
export {
  type Connection,
  type ConnectOptions,
  connect,
  type PlainConnection,
  type SecureConnection,
  type Tried,
  type UnauthenticatedConnection,
} from './connect.ts';
export { type HastlsCode, HastlsError } from './errors.ts';
export { type ExplainOptions, type Explanation, explain } from './explain.ts';
export type { ClientIdentity } from './handshake.ts';
export { lookup } from './lookup.ts';
export type { Answer, Resolver, ResolverOptions } from './resolve/index.ts';
export type { Session } from './session.ts';
export type { Target } from './target.ts';
export type { Transfer } from './transfer.ts';
