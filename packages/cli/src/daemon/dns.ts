import { createResolver, type Resolver, type ResolverOptions } from 'hastls/resolve';
import { toAnchors } from '../resolver-options.ts';
import { readNamed } from './named-file.ts';
import type { DnsConfig } from './schema.ts';

/**
 * The resolver of a daemon; files that its configuration names are beside it.
 * @param asked what the command line says about DNS, where the file says nothing
 * @throws UsageError HastlsError
 */
export const resolverOf = (file: string, dns: DnsConfig, asked: ResolverOptions): Resolver =>
  createResolver({
    ...asked,
    ...(dns.resolver === undefined ? {} : { servers: dns.resolver }),
    ...(dns.anchors === undefined ? {} : { anchors: toAnchors(readNamed(file, dns.anchors)) }),
    timeoutMs: dns.timeout_ms,
    ...(dns.pin_secure_zones && { pinSecureZones: SIGNED }),
  });

/** Zones that this process has seen to be signed: a file that is read again does not make it forget. */
const SIGNED = new Set<string>();
