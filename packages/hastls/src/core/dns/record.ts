/**
 * HASTLS records: making one, writing it down for a name server, and reading one.
 *
 * A record says on which ports a host runs a service: `25 25 1` means port 25 in plaintext, port 25 with TLS (the same,
 * so by an upgrade in-band), and that plaintext is unwelcome. It stands at `_service._tcp.host`. A port of 0 means "not
 * in this form". Six octets carry it: two numbers of two octets, a reserved 0, and the preference.
 *
 * A publisher is strict (`publish`), a reader tolerant (`readHastls`): what a reader does not understand never makes a
 * connection less secure.
 */
import type { Parsed } from '../bytes/parsed.ts';
import { HASTLS_TYPE } from './hastls.ts';
import { genericText, rdataFromText, rdataToText } from './rdata.ts';

export * from './hastls.ts';
export * from './hastls-type.ts';
export * from './publish.ts';
export * from './record-forms.ts';

/** Reads the data of a record from either presentation: `25 25 1` or `\# 6 001900190001`. */
export const hastlsFromText = (text: string): Parsed<Uint8Array> => rdataFromText(HASTLS_TYPE, text);

/** Both presentations of a record's data; what has not six octets has only the one. */
export function hastlsToText(rdata: Uint8Array): { readonly native: string | undefined; readonly rfc3597: string } {
  const [native, rfc3597] = [rdataToText(HASTLS_TYPE, rdata), genericText(rdata)];
  return { native: native === rfc3597 ? undefined : native, rfc3597 };
}
