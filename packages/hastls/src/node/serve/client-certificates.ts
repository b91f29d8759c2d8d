import type { X509Certificate } from 'node:crypto';
import type tls from 'node:tls';
import { printable } from '../../core/report/index.ts';
import { pinOf } from '../pin.ts';
import { isNamed } from './alternative-names.ts';

/** Which clients are let in by their certificates. Each rule that is given has to be met. */
export interface ClientCertificates {
  /** Who vouches for them, in PEM. */
  readonly ca: string | Buffer;
  /** Clients without a certificate are let in too. One that shows a wrong one never is. Default: no. */
  readonly optional?: boolean;
  /** The keys that they may have: SHA-256 over the SubjectPublicKeyInfo, in base64. Default: any. */
  readonly pins?: readonly string[];
  /**
   * The names that they may have, one of which has to be among the alternative names: `dns:host.example`,
   * `dns:*.example` (one label), `email:joe@example`, `email:*@example`, `uri:spiffe://example/a` or `uri:spiffe://example/*`
   * (all that begins so). Default: any.
   */
  readonly names?: readonly string[];
}

/** Why a client is not let in; undefined: it is. */
export function refusalOf(
  { authorized, authorizationError }: tls.TLSSocket,
  certificate: X509Certificate | undefined,
  { optional = false, pins, names }: ClientCertificates,
): string | undefined {
  if (certificate === undefined) return optional ? undefined : 'there is none';
  if (!authorized) return String(authorizationError).toLowerCase().replaceAll('_', ' '); // typed as an Error, but a code
  if (pins !== undefined && !pins.includes(pinOf(certificate))) return `its key is not pinned: ${pinOf(certificate)}`;
  const shown = certificate.subjectAltName ?? '';
  if (names !== undefined && !isNamed(shown, names))
    return `none of its names is let in: ${printable(shown) || 'it has none'}`;
  return undefined;
}

/** A session is resumed under the rules that it began with, or not at all. Others may have had other authorities. */
export const rulesOf = ({ ca, optional, pins, names }: ClientCertificates): readonly unknown[] => [
  String(ca),
  optional === true,
  pins,
  names,
];

/** Whose a certificate is, for people. */
export const shownSubject = ({ subject }: X509Certificate): string =>
  printable((subject ?? '').split('\n').join(', ')) || 'nobody by name';

/** What a certificate calls its subject, if it does. */
export const commonNameOf = ({ subject }: X509Certificate): string | undefined =>
  (subject ?? '')
    .split('\n')
    .find((each) => each.startsWith('CN='))
    ?.slice('CN='.length);
