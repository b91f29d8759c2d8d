import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';

/** Options that every command takes. */
export interface Common {
  readonly json?: boolean;
  readonly resolver?: readonly string[];
  readonly anchors?: string;
  readonly anchorsState?: string;
  /** Seconds since 1970. */
  readonly at?: number;
  readonly rrtype?: number;
  readonly rrtypeAssigned?: boolean;
  readonly acceptSha1?: boolean;
  readonly minRsaBits?: number;
  readonly ca?: string;
  readonly resolverCa?: string;
  readonly timeout?: number;
  readonly quiet?: boolean;
  /** Default: `warn`; a daemon's file says it otherwise. */
  readonly logLevel?: LogLevel;
}

/** From what says least to what says most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

export const addCommonOptions = (command: Command): Command =>
  command
    .optionsGroup('Common options:')
    .option('--json', 'one JSON object on stdout ("v": 1)')
    .option(
      '--resolver <url>',
      "ask this server: udp://IP[:PORT], tcp://IP, tls://NAME@IP, tls://IP#pin-sha256=PIN, https://HOST/PATH; repeatable (default: the system's)",
      repeated,
    )
    .option(
      '--anchors <file>',
      "trust these DS or DNSKEY lines, or root-anchors.xml (default: the root's, built in)",
      readText,
    )
    .option(
      '--anchors-state <file>',
      'follow the keys of the anchors through their rollovers (RFC 5011), and remember them in this file',
    )
    .option('--at <time>', 'validate as of this RFC 3339 time, like 2026-01-31T12:00:00Z (default: now)', toSeconds)
    .option('--rrtype <number>', 'type number of HASTLS records (default: 65400)', toInteger(1, 65535))
    .option('--rrtype-assigned', 'let --rrtype lie outside the private-use range 65280-65534')
    .option('--accept-sha1', 'validate RSA/SHA-1 too (default: what has nothing else counts as unsigned)')
    .option('--min-rsa-bits <number>', 'shortest RSA key of a zone that counts (default: 1024)', toInteger(...RSA_BITS))
    .option('--ca <file>', "trust these CA certificates, in PEM, instead of the system's", readText)
    .option(
      '--resolver-ca <file>',
      "trust these for resolvers over TLS and HTTPS, and for nobody else (default: the system's and those of --ca)",
      readText,
    )
    .option('--timeout <ms>', 'give up after so many milliseconds, all steps together', toInteger(1, 86_400_000))
    .option('--quiet', 'say nothing on stderr but errors')
    .option('--log-level <level>', `how much to say on stderr: ${LOG_LEVELS.join(', ')} (default: warn)`, toLogLevel)
    .helpOption('-h, --help', 'show this help');

/** The least and the most that the shortest acceptable RSA key may be set to: nothing shorter signs, nothing longer is read. */
export const RSA_BITS = [512, 4096] as const;

/** Gathers the values of an option that may be given more than once. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Reads a whole number between two bounds; commander shows the complaint beside the option's name. */
export const toInteger =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };

/** Reads a word out of a fixed list. */
export const toWord =
  <W extends string>(words: readonly W[]) =>
  (text: string): W => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Give one of: ${words.join(', ')}.`);
  };

const toLogLevel = toWord(LOG_LEVELS);

/** Whole seconds since 1970 of an RFC 3339 time, which is narrower than what `Date` reads. [RFC3339 §5.6] */
export function parseTime(text: string): number | undefined {
  const shape = /^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
  const [, date = '', minute, seconds, zone = ''] = shape.exec(text) ?? [];
  const midnight = new Date(`${date}T00:00Z`);
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date); // `Date` has a 30 February
  const began = isDay ? Date.parse(`${date}T${minute}${zone.toUpperCase()}`) : Number.NaN;
  return Number.isNaN(began) ? undefined : began / 1000 + Number(seconds);
}

function toSeconds(text: string): number {
  const seconds = parseTime(text);
  if (seconds === undefined) throw new InvalidArgumentError('Give an RFC 3339 time, like 2026-01-31T12:00:00Z.');
  return seconds;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : 'It cannot be read.');
  }
}
