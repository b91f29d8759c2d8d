import type { HastlsError } from 'hastls';
import { type Common, LOG_LEVELS } from './common-options.ts';
import { EXIT, type ExitStatus, statusOfError } from './exit-status.ts';
import { say } from './terminal.ts';

/** Wrong usage that only a command itself can see; the message says what is wrong and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'ERR_HASTLS_OPTION';
  readonly because: readonly string[];

  constructor(message: string, because: readonly string[] = []) {
    super(message);
    this.because = because;
  }
}

/** What a failure looks like in JSON: beside `--json`, and as a line of a batch. */
export interface FailureObject {
  readonly v: 1;
  readonly error: string;
  readonly code: string;
  readonly because: readonly string[];
}

/** Says on stderr, and with `--json` on stdout too, what went wrong. */
export async function tellFailure(error: unknown, options: Pick<Common, 'json' | 'logLevel'>): Promise<ExitStatus> {
  const failure = await toFailureObject(error);
  if (failure === undefined) return tellFault(error, options.logLevel === 'debug');
  if (options.json === true) await say(JSON.stringify(failure));
  complain(`${failure.error} (${failure.code})`, failure.because);
  return error instanceof UsageError ? EXIT.usage : statusOfError(error as HastlsError); // it is no third: see below
}

/** `undefined` for what is neither the user's, the peer's nor the network's doing, but ours. */
export async function toFailureObject(error: unknown): Promise<FailureObject | undefined> {
  if (!(error instanceof UsageError || isHastlsError(error))) return undefined;
  const { printable } = await import('hastls/report'); // here, as `--help` does without the library
  return {
    v: 1,
    error: printable(error.message),
    code: error.code,
    because: error.because.map((each) => printable(each)),
  };
}

/** A fault of our own: short, as the stack helps nobody but us. */
export function tellFault(error: unknown, withStack: boolean): ExitStatus {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  complain(withStack && stack !== undefined ? stack : `a fault of our own: ${message}`, [
    ...(withStack ? [] : ['please report it, with what the same command says with --log-level debug']),
  ]);
  return EXIT.fault;
}

/** Tells what is no failure, if as much is to be told. */
export function note(
  options: Pick<Common, 'quiet' | 'logLevel'>,
  level: 'warn' | 'info',
  what: string,
  because: readonly string[] = [],
): void {
  const wanted = options.quiet === true ? 'error' : (options.logLevel ?? 'warn');
  if (LOG_LEVELS.indexOf(wanted) >= LOG_LEVELS.indexOf(level)) complain(what, because);
}

/** What people need to know beside the answer goes to stderr, always. */
export function complain(what: string, because: readonly string[] = []): void {
  process.stderr.write(`${[`hastls: ${what}`, ...because.map((each) => `  ${each}`)].join('\n')}\n`);
}

const isHastlsError = (error: unknown): error is HastlsError => error instanceof Error && error.name === 'HastlsError';
