/**
 * What a client may do, given what is proven.
 *
 * Three stances meet four proofs and any number of records. The record says which ports a server has (`Doors`) and
 * whether its operator minds plaintext (`preference`). `decide()` turns both into a plan: attempts at TLS first, a step
 * down to plaintext only where a proven answer and the stance both allow it, and a reason for each. It has no state and
 * asks nobody: so that it can be tabulated (docs/DECISIONS.md) and tested over every case.
 *
 * Two rules stand above all: a failure to find out is never a permission [A23], and whatever forbids plaintext adds up,
 * in any order [A9] [A32].
 */
export * from './cause.ts';
export { decide } from './decide.ts';
export { type Discrepancy, discrepancies, type Practice, type Promised, promiseOf } from './discrepancies.ts';
export * from './memory.ts';
export * from './request.ts';
export * from './stance.ts';
export * from './step-down.ts';
