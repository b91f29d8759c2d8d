import { concatBytes } from '#core/bytes/index.js';
import { keyTag } from '#core/dns/index.js';
import type { ZoneKey } from '#node/testing/index.js';

/** The same RSA key, with its exponent written in so many octets. */
export function withExponentOf(octets: number, of: ZoneKey): ZoneKey {
  const rdata = concatBytes(
    of.rdata.subarray(0, 4),
    Uint8Array.of(octets),
    new Uint8Array(octets - 3),
    of.rdata.subarray(5),
  );
  return { ...of, rdata, tag: keyTag(rdata) };
}
