import type { Request } from './batch.ts';
import { UsageError } from './failure.ts';

/** Fields of a batch line; one that is absent or null is `undefined`. @throws UsageError when it is of another type. */
export const textField = (request: Request, field: string): string | undefined =>
  typed(request, field, 'string', (value) => typeof value === 'string');

export const numberField = (request: Request, field: string): number | undefined =>
  typed(request, field, 'number', (value) => typeof value === 'number');

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
