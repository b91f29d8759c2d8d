import type { Source } from '../core/policy/index.ts';
import { DEFAULT_SWITCHES, FALLBACK_CAUSES, isStance, STANCES, type Switches } from '../core/policy/index.ts';
import type { ConnectOptions } from './connect.ts';
import { HastlsError } from './errors.ts';
import { isPin } from './pin.ts';
import { hasUnreadable } from './trust.ts';
import { type Known, refuseUnknown } from './unknown-options.ts';

const KNOWN = {
  stance: true,
  resolver: true,
  dns: true,
  switches: true,
  sources: true,
  profile: true,
  signal: true,
  ca: true,
  identity: true,
  pins: true,
  self: true,
  timeoutMs: true,
} satisfies Known<ConnectOptions>;

/** @throws HastlsError ERR_HASTLS_OPTION */
export function checkOptions(options: ConnectOptions): void {
  refuseUnknown(options, KNOWN);
  checkSwitches(options.switches ?? {});
  checkSources(options.sources ?? []);
  if (options.stance !== undefined && !isStance(options.stance))
    throw refuse(`"${String(options.stance)}" is no stance: it is one of ${STANCES.join(', ')}`);
  for (const pin of options.pins ?? [])
    if (!isPin(pin)) throw refuse(`"${pin}" is no pin: it is a SHA-256 digest in base64`);
  const { timeoutMs = 1 } = options;
  if (!(Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    throw refuse(`"timeoutMs" is from 1 to ${MAX_TIMEOUT_MS}, not ${timeoutMs}`);
  if (options.pins?.length === 0) throw refuse('an empty list of pins lets no server in: leave it out, or pin a key');
  if (hasUnreadable(options.ca))
    throw refuse('"ca" holds no certificate, and would have nobody trusted: it is PEM, and not the name of a file');
}

const MAX_TIMEOUT_MS = 86_400_000;

/** What a switch may be set to, besides on and off. */
const WORDS: Readonly<Partial<Record<string, readonly unknown[]>>> = {
  cioUpgrade: ['allow', 'refuse'],
  sioPref1: ['deny', 'ignore'],
  fallbackScope: ['pair', 'host'],
} satisfies { readonly [S in keyof Switches]?: readonly Switches[S][] };

function checkSwitches({ fallbackCauses = [], ...others }: Partial<Switches>): void {
  for (const [key, value] of Object.entries(others)) {
    if (!Object.hasOwn(DEFAULT_SWITCHES, key)) throw refuse(`unknown switch "${key}"`);
    const words = WORDS[key] ?? [true, false];
    if (value !== undefined && !words.includes(value))
      throw refuse(`the switch "${key}" is one of ${words.join(', ')}, not ${JSON.stringify(value)}`);
  }
  const known: readonly unknown[] = FALLBACK_CAUSES;
  if (!Array.isArray(fallbackCauses) || !fallbackCauses.every((cause) => known.includes(cause)))
    throw refuse(`the switch "fallbackCauses" is a list of ${FALLBACK_CAUSES.join(', ')}`);
}

/** What a source may say. */
const WORD_OF_SOURCE: Readonly<Record<string, string>> = {
  name: 'string',
  forbidsPlaintext: 'boolean',
  commitsToTls: 'boolean',
  tlsPort: 'number',
} satisfies Record<keyof Source, string>;

/** All that a source can do is to forbid: what it says must not be passed over. [A32] */
function checkSources(sources: readonly Source[]): void {
  if (!Array.isArray(sources)) throw refuse('"sources" is a list');
  for (const source of sources as readonly (Source | null)[]) {
    const { name, forbidsPlaintext } = source ?? {};
    if (name === undefined || forbidsPlaintext === undefined)
      throw refuse('each of "sources" has a "name", and says whether it "forbidsPlaintext"');
    for (const [key, value] of Object.entries(source ?? {}))
      if (!Object.hasOwn(WORD_OF_SOURCE, key) || (value !== undefined && typeof value !== WORD_OF_SOURCE[key]))
        throw refuse(
          `the source "${name}" says "${key}", which is unknown or no ${WORD_OF_SOURCE[key] ?? 'word of a source'}`,
        );
  }
}

const refuse = (message: string): HastlsError => new HastlsError('ERR_HASTLS_OPTION', message);
