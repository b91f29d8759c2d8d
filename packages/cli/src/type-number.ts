import { HASTLS_TYPE, toHastlsType } from 'hastls/record';
import type { Common } from './common-options.ts';
import { UsageError } from './failure.ts';

/** The type number of HASTLS records. @throws UsageError on one that others use, or that one must insist on [F1] */
export function typeNumber({ rrtype = HASTLS_TYPE, rrtypeAssigned = false }: Common): number {
  const insisted = toHastlsType(rrtype, 'outside-allowed');
  if (!insisted.ok) throw new UsageError(insisted.why); // whoever assigns it, it is taken
  const number = rrtypeAssigned ? insisted : toHastlsType(rrtype);
  if (number.ok) return number.value;
  throw new UsageError(`${number.why}; if IANA has assigned it, add --rrtype-assigned`);
}
