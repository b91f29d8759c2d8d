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
}

const refuse = (message: string): HastlsError => new HastlsError('ERR_HASTLS_OPTION', message);
