import net from 'node:net';
import { unmapped } from '../../core/dns/index.ts';
import { type Origin, type Proxied, proxyHeader } from '../../core/proxy/index.ts';
import { converse, type Garbled } from '../../core/talk/index.ts';
import { HastlsError } from '../errors.ts';
import { hold, type TimedOut } from '../hold.ts';

/** Whether a connection is made by somebody who has to say first whom it speaks for. */
export type IsAnnounced = (socket: net.Socket) => boolean;

/**
 * @param sources addresses and networks (`192.0.2.0/24`), and `unix:` for whoever connects to a Unix socket
 * @throws HastlsError ERR_HASTLS_OPTION when one of them is none
 */
export function announcedBy(sources: readonly string[]): IsAnnounced {
  if (sources.length === 0) return () => false;
  const listed = new net.BlockList();
  for (const source of sources) {
    if (source === LOCAL) continue;
    const network = toNetwork(source);
    if (network === undefined)
      throw new HastlsError(
        'ERR_HASTLS_OPTION',
        `"${source}" is no address, no network like 192.0.2.0/24, and not unix:`,
      );
    listed.addSubnet(network.address, network.bits, network.family);
  }
  return ({ remoteAddress: from }) =>
    from === undefined ? sources.includes(LOCAL) : listed.check(from, net.isIPv4(from) ? 'ipv4' : 'ipv6');
}

/** Whether this text can be one of those who announce clients. */
export const isSource = (text: string): boolean => text === LOCAL || toNetwork(text) !== undefined;

const LOCAL = 'unix:';

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: net.IPVersion;
}

/** An address is the smallest of networks. */
function toNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const version = net.isIP(address);
  const most = version === 4 ? 32 : 128;
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : most + 1;
  if (version === 0 || bits > most || more.length > 0) return undefined;
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** The ends of a connection as they are seen from here; none where there are no addresses. */
export function originOf({ remoteAddress, remotePort, localAddress, localPort }: net.Socket): Origin | undefined {
  if (remoteAddress === undefined || localAddress === undefined) return undefined;
  return {
    from: { address: unmapped(remoteAddress), port: remotePort ?? 0 },
    to: { address: unmapped(localAddress), port: localPort ?? 0 },
  };
}

/** What is announced of a client, for as long as it can be waited for. */
export const hearOrigin = (socket: net.Socket): Promise<Proxied | Garbled | TimedOut> =>
  hold(socket, converse<Proxied>(proxyHeader()), { timeoutMs: HEADER_MS });

/** Who announces clients does so at once. */
const HEADER_MS = 5_000;
