import type { Question } from './question.ts';
import type { ResourceRecord } from './resource-record.ts';

/** A DNS message as data. The OPT record is not among the additionals: it is `edns`. [RFC1035 §4] [RFC6891 §6.1] */
export interface Message {
  readonly id: number;
  readonly flags: Flags;
  readonly opcode: number;
  /** The whole response code: with EDNS, twelve bits. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
}

/** The bits of the header. [RFC1035 §4.1.1] [RFC4035 §3.2] */
export interface Flags {
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticated: boolean;
  readonly checkingDisabled: boolean;
}

/** What OPT carries besides the upper bits of the response code. [RFC6891 §6.1.3] */
export interface Edns {
  readonly udpSize: number;
  readonly dnssecOk: boolean;
  readonly version: number;
  readonly options: readonly EdnsOption[];
}

/** An option of EDNS: its data are for whoever knows the code. [RFC6891 §6.1.2] */
export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}
