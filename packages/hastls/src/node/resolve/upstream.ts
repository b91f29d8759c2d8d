import { addressFamily } from '../../core/dns/address.ts';
import { HastlsError } from '../errors.ts';
import { isPin } from '../pin.ts';

/** A resolver to be asked, and how. */
export type Upstream = PlainUpstream | TlsUpstream | HttpsUpstream;

interface Place {
  /** As it is written in options and reports. */
  readonly url: string;
  /** IPv4 or IPv6, without brackets; IPv6 may have a scope. */
  readonly address: string;
  readonly port: number;
}

/** In clear: by datagrams, and over TCP what does not fit, or over TCP only. */
export interface PlainUpstream extends Place {
  readonly transport: 'udp' | 'tcp';
}

/** Over TLS, in the strict profile: it is the right server, or it is not asked. [RFC7858 §4.2] [RFC8310 §5] */
export interface TlsUpstream extends Place {
  readonly transport: 'tls';
  /** Whom the certificate must be for. Nobody: the pins alone decide. */
  readonly name: string | undefined;
  /** SHA-256 digests, in base64, of keys that the server may have. None: its certificate alone decides. */
  readonly pins: readonly string[];
}

/** Over HTTPS. [RFC8484] */
export interface HttpsUpstream extends Omit<Place, 'address'> {
  readonly transport: 'https';
  /** Whom the certificate must be for: a name or an address. */
  readonly name: string;
  /** Where to connect to; `undefined`: wherever the system finds the name. */
  readonly address: string | undefined;
  readonly path: string;
}

const DNS_PORT = 53;
const DEFAULT_PORTS = { udp: DNS_PORT, tcp: DNS_PORT, tls: 853, https: 443 } as const;
const isScheme = (word: string | undefined): word is keyof typeof DEFAULT_PORTS =>
  word !== undefined && Object.hasOwn(DEFAULT_PORTS, word);

/** scheme://name@[v6]-or-host:port/path#hint, in that order */
const URL_SHAPE =
  /^([a-z]{3,5}):\/\/(?:([^[\]:/@#]{1,253})@)?(?:\[([^\]]{1,64})\]|([^[\]:/@#]{1,253}))(?::([0-9]{1,5}))?(\/[!-~]{0,500}?)?(?:#([!-~]{1,500}))?$/;

/** Reads one of the forms that `ResolverOptions.servers` lists. @throws HastlsError ERR_HASTLS_OPTION */
export function toUpstream(url: string): Upstream {
  try {
    return readUrl(url);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HastlsError('ERR_HASTLS_OPTION', `resolver "${url.slice(0, 100)}": ${why}`);
  }
}

interface Parts extends Place {
  readonly name: string | undefined;
  readonly path: string;
  readonly hint: string | undefined;
}

function readUrl(url: string): Upstream {
  const [, scheme, name, bracketed, bare, digits, path = '', hint] = URL_SHAPE.exec(url) ?? [];
  if (!isScheme(scheme)) throw new RangeError(WRITE_IT_LIKE);
  const address = bracketed ?? bare ?? '';
  const isAddress = ipVersion(address) === (bracketed === undefined ? 4 : 6);
  if (!isAddress && !(scheme === 'https' && bracketed === undefined && isHostName(address)))
    throw new RangeError('it must be an IP address, IPv6 in brackets');
  const port = Number(digits ?? DEFAULT_PORTS[scheme]);
  if (port < 1 || port > 0xffff) throw new RangeError('ports are 1 to 65535');
  const parts = { url, address, port, name, path, hint };
  switch (scheme) {
    case 'https':
      return toHttps(parts);
    case 'tls':
      return toTls(parts);
    case 'udp':
    case 'tcp':
      if (name !== undefined || path.length > 1 || hint !== undefined) throw new RangeError(WRITE_IT_LIKE);
      return { url, transport: scheme, address, port };
  }
}

function toTls({ url, address, port, name, path, hint }: Parts): TlsUpstream {
  if (path.length > 1) throw new RangeError(WRITE_IT_LIKE);
  if (name !== undefined && !isHostName(name)) throw new RangeError(`"${name}" is no name of a host`);
  const pins = hint?.split('&').map(toPin) ?? [];
  return { url, transport: 'tls', address, port, name: name ?? (pins.length === 0 ? address : undefined), pins };
}

function toHttps({ url, address, port, name, path, hint }: Parts): HttpsUpstream {
  if (name !== undefined) throw new RangeError(WRITE_IT_LIKE);
  if (path.length < 2) throw new RangeError('give the path too, as in https://dns.example/dns-query');
  const at = hint === undefined ? undefined : (/^at=(.+)$/.exec(hint)?.[1] ?? '');
  if (at !== undefined && ipVersion(at) === undefined) throw new RangeError('the hint is #at= and an IP address');
  return { url, transport: 'https', name: address, address: at, port, path: path.replace(/\{\?dns\}$/, '') };
}

const WRITE_IT_LIKE =
  'write it like udp://192.0.2.1:53, tcp://[2001:db8::1], tls://dns.example@192.0.2.1 or https://dns.example/dns-query';

const isHostName = (text: string): boolean =>
  /^[-a-z0-9_]+(\.[-a-z0-9_]+)*\.?$/i.test(text) && ipVersion(text) === undefined;

/** 32 octets in base64: what `openssl dgst -sha256 -binary | base64` gives. */
function toPin(text: string): string {
  const pin = text.slice(PINNED.length);
  if (!text.startsWith(PINNED) || !isPin(pin))
    throw new RangeError('a pin is #pin-sha256= and a SHA-256 digest in base64');
  return pin;
}

const PINNED = 'pin-sha256=';

/** The upstream at the usual port of an address that is known to be one. */
export const upstreamAt = (address: string): Upstream => ({
  url: `udp://${address.includes(':') ? `[${address}]` : address}`,
  transport: 'udp',
  address,
  port: DNS_PORT,
});

/** The version of an IP address; that of IPv6 may have a scope. `undefined`: it is none. */
export const ipVersion = (text: string): 4 | 6 | undefined => {
  const [address = '', scope] = text.split('%', 2);
  const version = addressFamily(address);
  return scope === undefined || (version === 6 && /^[-.\w]{1,32}$/.test(scope)) ? version : undefined;
};
