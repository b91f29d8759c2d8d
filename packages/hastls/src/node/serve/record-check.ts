import { ownerName } from '../../core/dns/index.ts';
import {
  type Discrepancy,
  discrepancies,
  type Evidence,
  type Practice,
  type Promised,
  promiseOf,
} from '../../core/policy/index.ts';
import type { Service } from '../../core/talk/index.ts';
import type { Resolver } from '../resolve/index.ts';
import { takeSnapshot } from '../snapshot.ts';
import { servicePorts, toTarget } from '../target.ts';

/** What was found of a service's own record. */
export interface RecordCheck {
  /** Where the record stands: `_imap._tcp.mail.example.org`. */
  readonly owner: string;
  readonly evidence: Evidence;
  /** All that differs; none: the record says what is served. */
  readonly found: readonly Discrepancy[];
  /** The records that say it. */
  readonly publish: readonly Promised[];
}

/**
 * Looks up, as any client would, what a service of one's own has promised, and compares it with what is served. [A37]
 * @param name what clients call the host
 * @throws HastlsError ERR_HASTLS_OPTION when the name is none
 */
export async function checkRecord(
  service: Service,
  name: string,
  practice: readonly Practice[],
  resolver: Resolver,
): Promise<RecordCheck> {
  const target = toTarget(`${service.name}://${name}`, service);
  const { evidence } = await takeSnapshot(target, resolver);
  const ports = servicePorts(service);
  return {
    owner: ownerName(service.service, target.host),
    evidence,
    found: discrepancies(evidence, practice, ports),
    publish: promiseOf(practice, ports),
  };
}
