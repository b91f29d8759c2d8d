import { HASTLS_TYPE, toHastlsType } from 'hastls/record';
import type { Common } from './common-options.ts';
import { UsageError } from './failure.ts';

/** The type number of HASTLS records. @throws UsageError on one that others use, or that one must insist on [F1] */
export function typeNumber({ rrtype, rrtypeAssigned }: Common): number {
  const number = toHastlsType(rrtype ?? HASTLS_TYPE, rrtypeAssigned === true ? 'outside-allowed' : 'outside-refused');
  if (number.ok) return number.value;
  throw new UsageError(
    rrtypeAssigned === true ? number.why : `${number.why}; if IANA has assigned it, add --rrtype-assigned`,
  );
}
