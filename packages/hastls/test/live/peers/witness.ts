import { appendFileSync } from 'node:fs';

/** What was shown in a meeting with a peer that is not ours. */
export interface Meeting {
  /** The Debian package it is of: `scripts/peers list` knows its version. */
  readonly peer: string;
  readonly protocol: string;
  /** The side that was ours. */
  readonly ours: 'client' | 'server';
  readonly shown: string;
}

const { HASTLS_INTEROP } = process.env;

/** Writes a meeting down for `tools/interop.ts`, a line of JSON each, where the run wants to know. */
export function witness(meeting: Meeting): void {
  if (HASTLS_INTEROP !== undefined) appendFileSync(HASTLS_INTEROP, `${JSON.stringify(meeting)}\n`);
}
