import { type Parsed, parsed } from '../bytes/parsed.ts';

/** HASTLS has no number from IANA: this one lies in the private-use range, and can be configured. [R31] [F1] */
export const HASTLS_TYPE = 65400;

const RDLENGTH = 6;

declare const port: unique symbol;
/** A TCP port that can be connected to: 1 to 65535. */
export type Port = number & { readonly [port]: true };
/** `undefined` for what is no port, 0 among it: that is how a record says "not offered". [R14] */
export const toPort = (value: number): Port | undefined =>
  Number.isInteger(value) && value > 0 && value <= 0xffff ? (value as Port) : undefined; // just checked

/** A service's doors. "Neither" (both ports 0) has no shape here, so it cannot exist. [R16] [R23] */
export type Doors =
  | { readonly kind: 'plain-only'; readonly plain: Port }
  | { readonly kind: 'tls-only'; readonly tls: Port }
  | { readonly kind: 'two-ports'; readonly plain: Port; readonly tls: Port }
  | { readonly kind: 'in-band'; readonly port: Port }; // [R15]

/**
 * A HASTLS record as a reader takes it. `preference` is the whole 16-bit value: a reader never refuses what it does
 * not know, it tightens. [A4] [A7]
 */
export type Hastls =
  | { readonly kind: 'usable'; readonly doors: Doors; readonly preference: number }
  | { readonly kind: 'unusable'; readonly why: 'both-ports-zero' | 'wrong-length' }; // [A8]

/** The reader's side of the wire format: never fails, as a record that cannot be used is still an answer. [A6] [A8] */
export function readHastls(rdata: Uint8Array): Hastls {
  const numbers = hastlsNumbers(rdata);
  if (numbers === undefined) return { kind: 'unusable', why: 'wrong-length' };
  const [plain, tls, preference] = numbers;
  const doors = toDoors(plain, tls);
  return doors === undefined ? { kind: 'unusable', why: 'both-ports-zero' } : { kind: 'usable', doors, preference };
}

/** `undefined` for the one pair that may not be published. [R14] [R15] [R16] [R23] */
function toDoors(plain: number, tls: number): Doors | undefined {
  const [plainPort, tlsPort] = [toPort(plain), toPort(tls)];
  if (plainPort === undefined) return tlsPort === undefined ? undefined : { kind: 'tls-only', tls: tlsPort };
  if (tlsPort === undefined) return { kind: 'plain-only', plain: plainPort };
  return plainPort === tlsPort
    ? { kind: 'in-band', port: plainPort }
    : { kind: 'two-ports', plain: plainPort, tls: tlsPort };
}

/** The publisher's side: what this gives is what the format allows to be written. [R13] [R16] [F2] */
export const writeHastls = (plain: number, tls: number, preference: number): Parsed<Uint8Array> =>
  parsed(() => {
    for (const value of [plain, tls])
      if (!Number.isInteger(value) || value < 0 || value > 0xffff)
        throw new RangeError(`port ${value} is not in 0 to 65535 [R13]`);
    if (toDoors(plain, tls) === undefined) throw new RangeError('a HASTLS record cannot have both ports 0 [R16]');
    if (!Number.isInteger(preference) || preference < 0 || preference > 0xff)
      throw new RangeError(`preference ${preference} does not fit its octet [A4]`);
    return Uint8Array.of(plain >> 8, plain, tls >> 8, tls, 0, preference);
  });

/** The three numbers of a record, as its presentation form has them, whether or not it is usable. */
export function hastlsNumbers(
  rdata: Uint8Array,
): readonly [plain: number, tls: number, preference: number] | undefined {
  if (rdata.length !== RDLENGTH) return undefined;
  const at = (offset: number) => ((rdata[offset] ?? 0) << 8) | (rdata[offset + 1] ?? 0);
  return [at(0), at(2), at(4)];
}

/** Owner of a service's record; only TCP is in scope. [R11] [R12] [A35] */
export const ownerName = (service: string, host: string): string => `_${service}._tcp.${host}`;
