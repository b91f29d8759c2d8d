import { readAnchors } from 'hastls/dnssec';
import { createResolver, type Resolver } from 'hastls/resolve';

/** Our resolver, for one upstream on loopback and a root of the test's own. */
export function ourResolver(port: number, anchor: string, timeoutMs = 5000): Resolver {
  const anchors = readAnchors(anchor);
  if (!anchors.ok) throw new Error(`no anchor: ${anchor}`);
  return createResolver({ servers: [`udp://127.0.0.1:${port}`], anchors: anchors.value, timeoutMs });
}
