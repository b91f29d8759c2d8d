/** Every code, and whose move it is. */
const BLAME = {
  /** Policy, proven or the caller's own, leaves no attempt to make. */
  ERR_HASTLS_POLICY: 'policy',
  /** Signatures that should be there are missing or broken: an attack, or a broken zone. */
  ERR_HASTLS_BOGUS: 'network',
  /** Could not find out what the server promises. */
  ERR_HASTLS_UNPROVEN: 'network',
  /** The host has no address, and that is known: what could not be found out is unproven. */
  ERR_HASTLS_NO_ADDRESS: 'network',
  /** The port could not be reached. */
  ERR_HASTLS_UNREACHABLE: 'network',
  ERR_HASTLS_TIMEOUT: 'network',
  /** The peer does not offer the upgrade (or somebody on the way removed the offer). */
  ERR_HASTLS_NOT_OFFERED: 'peer',
  ERR_HASTLS_UPGRADE_REFUSED: 'peer',
  /** The peer spoke out of turn before TLS, or not its protocol: an attack, or a broken server. */
  ERR_HASTLS_GARBLED: 'peer',
  ERR_HASTLS_HANDSHAKE: 'peer',
  ERR_HASTLS_UNTRUSTED: 'peer',
  ERR_HASTLS_NAME_MISMATCH: 'peer',
  ERR_HASTLS_PINNED: 'peer',
  /** An option, URL or name that makes no sense. */
  ERR_HASTLS_OPTION: 'caller',
  /** A file in which something is remembered cannot be read or written, or makes no sense; it was left as it is. */
  ERR_HASTLS_STATE: 'caller',
} as const;

/** What went wrong. A code is never renamed. */
export type HastlsCode = keyof typeof BLAME;

/**
 * Every error the library throws on purpose. `code` is API and never renamed; `blame` says whose move it is;
 * the message is prose for people: what happened, where, what to do.
 */
export class HastlsError<C extends HastlsCode = HastlsCode> extends Error {
  override readonly name = 'HastlsError';
  readonly code: C;
  /** Further facts, outermost first: attempts made, reasons of a proof, rules of a decision. */
  readonly because: readonly string[];

  constructor(code: C, message: string, because: readonly string[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.because = because;
  }

  /** One class to whoever asks, though each entry of the package has a copy of its own. */
  static override [Symbol.hasInstance](value: unknown): value is HastlsError {
    return value instanceof Error && value.name === 'HastlsError' && 'code' in value;
  }

  get blame(): (typeof BLAME)[C] {
    return BLAME[this.code];
  }
}
