import type { Request } from './batch.ts';
import { UsageError } from './failure.ts';

/** Fields of a batch line; one that is absent or null is `undefined`. @throws UsageError when it is of another type. */
export const textField = (request: Request, field: string): string | undefined =>
  typed(request, field, 'string', (value) => typeof value === 'string');

export const numberField = (request: Request, field: string): number | undefined =>
  typed(request, field, 'number', (value) => typeof value === 'number');

export const flagField = (request: Request, field: string): boolean | undefined =>
  typed(request, field, 'true or false', (value) => typeof value === 'boolean');

export const listField = (request: Request, field: string): readonly string[] | undefined =>
  typed(
    request,
    field,
    'list of strings',
    (value): value is readonly string[] => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  );

function typed<T>(request: Request, field: string, called: string, is: (value: unknown) => value is T): T | undefined {
  const value = request[field] ?? undefined;
  if (value === undefined || is(value)) return value;
  throw new UsageError(`"${field}" is no ${called}`);
}

/**
 * Refuses a field that nobody reads, as it may be a misspelt safeguard. `id` and `v` belong to every line; what a later
 * version adds comes with another `v`, which this one refuses too.
 */
export function onlyFields(request: Request, known: readonly string[]): void {
  const { v } = request;
  if ((v ?? 1) !== 1) throw new UsageError('"v" is 1, the only version there is');
  for (const field of Object.keys(request))
    if (field !== 'id' && field !== 'v' && !known.includes(field))
      throw new UsageError(`"${field.slice(0, 100)}" is no field of such a line: ${known.join(', ')}`);
}
