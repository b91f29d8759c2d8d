import type { HastlsCode, HastlsError } from 'hastls';
import type { Proof } from 'hastls/dnssec';

/** What `hastls` tells the shell, and the only place where that is fixed. */
export const EXIT = {
  done: 0,
  /** The answer is "no": policy forbids it, or the peer refuses. */
  no: 1,
  usage: 2,
  /** Attacked, or broken signatures. */
  bogus: 3,
  /** Could not find out: timeout, network, limits. */
  unknown: 4,
  /** A fault of our own. */
  fault: 70,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** An absence that is proven, or proven to be unprovable, is an answer like any other. */
export const statusOfProof: Readonly<Record<Proof, ExitStatus>> = {
  secure: EXIT.done,
  insecure: EXIT.done,
  bogus: EXIT.bogus,
  indeterminate: EXIT.unknown,
};

export const statusOfError = (error: HastlsError): ExitStatus => STATUS[error.code];

const STATUS: Readonly<Record<HastlsCode, ExitStatus>> = {
  ERR_HASTLS_POLICY: EXIT.no,
  ERR_HASTLS_BOGUS: EXIT.bogus,
  ERR_HASTLS_UNPROVEN: EXIT.unknown,
  ERR_HASTLS_NO_ADDRESS: EXIT.no,
  ERR_HASTLS_UNREACHABLE: EXIT.unknown,
  ERR_HASTLS_TIMEOUT: EXIT.unknown,
  ERR_HASTLS_NOT_OFFERED: EXIT.no,
  ERR_HASTLS_UPGRADE_REFUSED: EXIT.no,
  ERR_HASTLS_GARBLED: EXIT.bogus,
  ERR_HASTLS_HANDSHAKE: EXIT.no,
  ERR_HASTLS_UNTRUSTED: EXIT.no,
  ERR_HASTLS_NAME_MISMATCH: EXIT.no,
  ERR_HASTLS_PINNED: EXIT.no,
  ERR_HASTLS_OPTION: EXIT.usage,
  ERR_HASTLS_STATE: EXIT.usage,
};
