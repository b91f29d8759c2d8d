import tls from 'node:tls';

/** Forward secrecy and authenticated encryption only. [RFC9325 §4.2] */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];
const GROUPS = ['X25519', 'P-256', 'P-384', 'P-521'];

/** What a server of ours agrees to. [RFC8996] [RFC9325 §3.1.1] */
export const TLS: Pick<tls.SecureContextOptions, 'minVersion' | 'ciphers' | 'ecdhCurve'> = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS.join(':'),
  ecdhCurve: groups(['X25519MLKEM768', ...GROUPS]) ?? GROUPS.join(':'),
};

/** These, unless the OpenSSL that Node was built with does not know one of them. */
function groups(wanted: readonly string[]): string | undefined {
  const ecdhCurve = wanted.join(':');
  try {
    tls.createSecureContext({ ecdhCurve });
    return ecdhCurve;
  } catch {
    return undefined;
  }
}
