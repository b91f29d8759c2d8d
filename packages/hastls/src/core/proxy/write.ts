import { concatBytes, latin1, writer } from '../bytes/index.ts';
import { addressFamily, ip4FromText, ip6FromText, unmapped } from '../dns/address.ts';

/** An end of a connection. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Both ends of a client's connection, as the first one saw them who took it. */
export interface Origin {
  readonly from: Place;
  readonly to: Place;
}

/** What was agreed on with a client in TLS. */
export interface Agreed {
  /** As OpenSSL calls it: `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  readonly alpn?: string;
  /** The name that the client asked for. */
  readonly serverName?: string;
  /** The certificate that it showed, if it did: none that is not verified gets so far. */
  readonly certificate?: { readonly commonName: string | undefined };
}

/** Twelve octets that begin no other protocol. */
export const SIGNATURE: Uint8Array = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);

/** A header in one line: who the client is, and no more. */
export function proxyLine(origin: Origin | undefined): Uint8Array {
  const ends = endsOf(origin);
  if (ends === undefined) return latin1('PROXY UNKNOWN\r\n');
  const { family, from, to } = ends;
  return latin1(`PROXY TCP${family} ${from.address} ${to.address} ${from.port} ${to.port}\r\n`);
}

/** A header of octets: who the client is, and what was agreed on with it, if TLS was. */
export function proxyOctets(origin: Origin | undefined, agreed?: Agreed): Uint8Array {
  const ends = endsOf(origin);
  const body = concatBytes(
    ...(ends === undefined ? [] : addresses(ends)),
    ...(agreed === undefined ? [] : facts(agreed)),
  );
  const family = ends === undefined ? 0x00 : ends.family === 4 ? 0x11 : 0x21;
  return concatBytes(SIGNATURE, writer().uint8(0x21).uint8(family).uint16(body.length).finish(), body);
}

type Ends = Origin & { readonly family: 4 | 6 };

/** Both ends, if their addresses can stand in one header. */
function endsOf(origin: Origin | undefined): Ends | undefined {
  if (origin === undefined) return undefined;
  const [from, to] = [origin.from, origin.to].map(({ address, port }) => ({ address: plain(address), port }));
  const family = from && addressFamily(from.address);
  if (from === undefined || to === undefined || family === undefined) return undefined;
  return addressFamily(to.address) === family ? { family, from, to } : undefined;
}

/** An address without its zone, which means nothing elsewhere. */
const plain = (address: string): string => unmapped(address).replace(/%.*$/, '');

const addresses = ({ family, from, to }: Ends): readonly Uint8Array[] => [
  ...[from, to].map(({ address }) => (family === 4 ? ip4FromText(address) : ip6FromText(address))),
  writer().uint16(from.port).uint16(to.port).finish(),
];

const [ALPN, AUTHORITY, TLS] = [0x01, 0x02, 0x20];
const [VERSION, COMMON_NAME, CIPHER] = [0x21, 0x22, 0x23];
/** The client came over TLS; it showed a certificate on this connection; and in its TLS session. */
const [BY_TLS, SHOWN, SHOWN_IN_SESSION] = [1, 2, 4];
const [VERIFIED, UNVERIFIED] = [0, 1];

function facts({ version, cipher, alpn, serverName, certificate }: Agreed): readonly Uint8Array[] {
  const shown = certificate === undefined ? 0 : SHOWN | SHOWN_IN_SESSION;
  const head = writer()
    .uint8(BY_TLS | shown)
    .uint32(certificate === undefined ? UNVERIFIED : VERIFIED)
    .finish();
  return [
    ...fact(ALPN, alpn),
    ...fact(AUTHORITY, serverName),
    ...fact(
      TLS,
      concatBytes(
        head,
        ...fact(VERSION, version),
        ...fact(COMMON_NAME, certificate?.commonName),
        ...fact(CIPHER, cipher),
      ),
    ),
  ];
}

/** One fact, with its type and length before it; words in UTF-8. */
function fact(type: number, what: string | Uint8Array | undefined): readonly Uint8Array[] {
  if (what === undefined) return [];
  const value = typeof what === 'string' ? utf8(what) : what;
  return [writer().uint8(type).uint16(value.length).finish(), value];
}

/** No name that means anything is longer. */
const WORDS_MAX = 255;

const utf8 = (words: string): Uint8Array =>
  latin1(
    encodeURIComponent(
      [...words]
        .slice(0, WORDS_MAX)
        .join('')
        .replace(/\p{Cs}/gu, '?'),
    ).replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
