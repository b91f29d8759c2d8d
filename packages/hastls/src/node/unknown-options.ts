import { HastlsError } from './errors.ts';

/** The words that options have: all of them, as `satisfies Known<Options>` sees to. */
export type Known<T extends object> = Readonly<Record<keyof T, true>>;

/**
 * A word that nobody knows may be a safeguard misspelt, so it is no detail.
 * @param whose where the options stand among others: `clients.`
 * @throws HastlsError ERR_HASTLS_OPTION
 */
export function refuseUnknown(options: object, known: Readonly<Record<string, true>>, whose = ''): void {
  for (const key of Object.keys(options))
    if (!Object.hasOwn(known, key)) throw new HastlsError('ERR_HASTLS_OPTION', `unknown option "${whose}${key}"`);
}
