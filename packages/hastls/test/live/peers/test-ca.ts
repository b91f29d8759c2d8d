import { isIP } from 'node:net';
import { join } from 'node:path';
import { run } from './commands.ts';

/** A certificate of the test CA, as files. */
export interface Certificate {
  readonly ca: string;
  readonly chain: string;
  readonly key: string;
}

/** Makes a CA of its own with openssl, and one certificate by it for these names and addresses. */
export async function certify(home: string, names: readonly string[]): Promise<Certificate> {
  const certificate = { ca: join(home, 'ca.pem'), chain: join(home, 'chain.pem'), key: join(home, 'key.pem') };
  const { ca, chain, key } = certificate;
  const [caKey, request] = [join(home, 'ca.key'), join(home, 'request.pem')];
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const alternative = `subjectAltName=${names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')}`;
  await run('openssl', 'req', '-x509', ...ec, '-keyout', caKey, '-out', ca, '-days', '2', '-subj', '/CN=Test CA');
  await run('openssl', 'req', ...ec, '-keyout', key, '-out', request, '-subj', '/CN=test', '-addext', alternative);
  const by = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy'];
  await run('openssl', 'x509', '-req', '-in', request, ...by, '-out', chain);
  return certificate;
}
