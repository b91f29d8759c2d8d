/**
 * Connections that cannot be talked down to plaintext.
 *
 * `connect()` does it all: it looks up what a server promises, proves it, decides, connects, and upgrades to TLS.
 * `explain()` stops before connecting, `decide()` before asking, and `lookup()` asks DNS, with proof, for anything.
 */
export { type Decision, decide, type Request, type Stance, type Switches } from '../core/policy/index.ts';
export {
  type Connection,
  type ConnectOptions,
  connect,
  type PlainConnection,
  type SecureConnection,
  type Tried,
  type UnauthenticatedConnection,
} from './connect.ts';
export { defineProfile, readProfile } from './define-profile.ts';
export { type HastlsCode, HastlsError } from './errors.ts';
export { type ExplainOptions, type Explanation, explain } from './explain.ts';
export type { ClientIdentity } from './handshake.ts';
export { type Answer, createResolver, lookup, type Resolver, type ResolverOptions } from './resolve/index.ts';
export type { Session } from './session.ts';
export { type Target, toTarget } from './target.ts';
export type { Transfer } from './transfer.ts';
