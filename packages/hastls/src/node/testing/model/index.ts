export { type CheckOptions, type CheckReport, checkProfile } from './check-profile.ts';
export type { Claim, Fault } from './claims.ts';
export type { Explored } from './explore.ts';
export type { Plans } from './plans.ts';
