import type tls from 'node:tls';

/**
 * The group of a server's key exchange. Node tells it to clients only; what it gives out of a session is OpenSSL's own
 * form of it, in DER, where it is the last but a few fields. Whoever cannot read it there has learnt nothing.
 */
export function groupOf(peer: tls.TLSSocket): string | undefined {
  const session = peer.getSession();
  const id = session === undefined ? undefined : groupIn(session);
  session?.fill(0); // it holds secrets
  return id === undefined ? undefined : (GROUPS[id] ?? `0x${id.toString(16)}`);
}

/** [RFC8446 §4.2.7] and IANA's registry of groups, by the names that Node has for clients. */
const GROUPS: Readonly<Record<number, string>> = {
  23: 'prime256v1',
  24: 'secp384r1',
  25: 'secp521r1',
  29: 'X25519',
  30: 'X448',
  4587: 'SecP256r1MLKEM768',
  4588: 'X25519MLKEM768',
  4589: 'SecP384r1MLKEM1024',
};

const [SEQUENCE, INTEGER, GROUP] = [0x30, 0x02, 0xb3]; // the last is [19], explicit

function groupIn(session: Uint8Array): number | undefined {
  const whole = elementAt(session, 0);
  if (whole?.tag !== SEQUENCE) return undefined;
  for (let at = whole.from; at < whole.to; ) {
    const field = elementAt(session, at);
    if (field === undefined) return undefined;
    if (field.tag === GROUP) {
      const number = elementAt(session, field.from);
      return number?.tag === INTEGER
        ? session.subarray(number.from, number.to).reduce((all, octet) => all * 256 + octet, 0)
        : undefined;
    }
    at = field.to;
  }
  return undefined;
}

/** One element of DER and where its contents are, unless it is cut short. */
function elementAt(
  der: Uint8Array,
  at: number,
): { readonly tag: number; readonly from: number; readonly to: number } | undefined {
  const [tag, short] = der.subarray(at);
  if (tag === undefined || short === undefined) return undefined;
  const more = short < 0x80 ? 0 : short & 0x7f;
  const from = at + 2 + more;
  const length = more === 0 ? short : der.subarray(at + 2, from).reduce((all, octet) => all * 256 + octet, 0);
  return from + length <= der.length ? { tag, from, to: from + length } : undefined;
}
