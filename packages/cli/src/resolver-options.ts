import { type Anchor, readAnchors } from 'hastls/dnssec';
import type { ResolverOptions } from 'hastls/resolve';
import type { Common } from './common-options.ts';
import { UsageError } from './failure.ts';
import { typeNumber } from './type-number.ts';

/** The common options, as the library's resolver takes them. @throws UsageError */
export const resolverOptions = (options: Common): ResolverOptions => ({
  ...ofAuthorities(options),
  rrtype: typeNumber(options),
  rrtypeOutsidePrivateRange: options.rrtypeAssigned === true,
  ...(options.resolver === undefined ? {} : { servers: options.resolver }),
  ...(options.anchors === undefined ? {} : { anchors: toAnchors(options.anchors) }),
  ...(options.anchorsState === undefined ? {} : { anchorsState: options.anchorsState }),
  ...(options.at === undefined ? {} : { at: options.at }),
  ...(options.acceptSha1 === undefined ? {} : { acceptSha1: options.acceptSha1 }),
  ...(options.minRsaBits === undefined ? {} : { minRsaBits: options.minRsaBits }),
  ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
});

/** Reads DS and DNSKEY lines. @throws UsageError */
export function toAnchors(lines: string): readonly Anchor[] {
  const anchors = readAnchors(lines);
  if (anchors.ok) return anchors.value;
  throw new UsageError(`these anchors cannot be read: ${anchors.why}`);
}

/**
 * Whoever is trusted to name destinations may name resolvers too, as those need no trust: their answers are proven. Not
 * the other way round.
 */
function ofAuthorities({ ca, resolverCa }: Common): Pick<ResolverOptions, 'ca'> {
  if (resolverCa !== undefined) return { ca: resolverCa };
  return ca === undefined ? {} : { ca: [ca, ...process.getBuiltinModule('node:tls').rootCertificates] };
}
