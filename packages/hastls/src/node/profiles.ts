/**
 * Protocols: those that hastls knows, those of your own, and which of them a URL means.
 *
 * Each is a value: its facts, and what both sides say on the way to TLS. `core/profiles` says how they are written.
 */
export * from '../core/profiles/index.ts';
export { defineProfile, readProfile } from './define-profile.ts';
export { servicePorts, type Target, toTarget } from './target.ts';
