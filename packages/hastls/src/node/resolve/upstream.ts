import { isIP } from 'node:net';
import { HastlsError } from '../errors.ts';

/** A resolver to be asked, and how. */
export interface Upstream {
  /** As it is written in options and reports. */
  readonly url: string;
  readonly transport: 'udp' | 'tcp';
  /** IPv4 or IPv6, without brackets; IPv6 may have a scope. */
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;
const URL_SHAPE = /^([a-z]{3,5}):\/\/(?:\[([^\]]{1,64})\]|([^[\]:/@]{1,64}))(?::([0-9]{1,5}))?\/?$/;

/** Reads `udp://127.0.0.1:5353`, `tcp://[::1]`. @throws HastlsError ERR_HASTLS_OPTION */
export function toUpstream(url: string): Upstream {
  const refuse = (why: string) => new HastlsError('ERR_HASTLS_OPTION', `resolver "${url.slice(0, 100)}": ${why}`);
  if (/^(tls|https):/.test(url))
    throw refuse('DNS over TLS and over HTTPS are not supported yet, only udp:// and tcp://');
  const [, scheme, bracketed, bare, digits] = URL_SHAPE.exec(url) ?? [];
  if (scheme !== 'udp' && scheme !== 'tcp') throw refuse('write it like udp://192.0.2.1:53 or tcp://[2001:db8::1]');
  const address = bracketed ?? bare ?? '';
  if (isIP(address) !== (bracketed === undefined ? 4 : 6)) throw refuse('it must be an IP address, IPv6 in brackets');
  const port = Number(digits ?? DNS_PORT);
  if (port < 1 || port > 0xffff) throw refuse('ports are 1 to 65535');
  return { url, transport: scheme, address, port };
}

/** The upstream at the usual port of an address that is known to be one. */
export const upstreamAt = (address: string): Upstream => ({
  url: `udp://${address.includes(':') ? `[${address}]` : address}`,
  transport: 'udp',
  address,
  port: DNS_PORT,
});
