import { DEFAULT_SWITCHES, isStance, STANCES } from '../core/policy/index.ts';
import type { ConnectOptions } from './connect.ts';
import { HastlsError } from './errors.ts';

const KNOWN: ReadonlySet<string> = new Set<keyof ConnectOptions>([
  'stance',
  'resolver',
  'dns',
  'switches',
  'sources',
  'profile',
  'signal',
  'ca',
  'identity',
  'pins',
  'self',
  'timeoutMs',
]);

/** A word that nobody knows may be a safeguard misspelt, so it is no detail. @throws HastlsError ERR_HASTLS_OPTION */
export function checkOptions(options: ConnectOptions): void {
  for (const key of Object.keys(options)) if (!KNOWN.has(key)) throw refuse(`unknown option "${key}"`);
  for (const key of Object.keys(options.switches ?? {}))
    if (!(key in DEFAULT_SWITCHES)) throw refuse(`unknown switch "${key}"`);
  if (options.stance !== undefined && !isStance(options.stance))
    throw refuse(`"${String(options.stance)}" is no stance: it is one of ${STANCES.join(', ')}`);
  for (const pin of options.pins ?? [])
    if (!/^[A-Za-z0-9+/]{43}=$/.test(pin)) throw refuse(`"${pin}" is no pin: it is a SHA-256 digest in base64`);
  if (options.pins?.length === 0) throw refuse('an empty list of pins lets no server in: leave it out, or pin a key');
}

const refuse = (message: string): HastlsError => new HastlsError('ERR_HASTLS_OPTION', message);
