import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyOf, type Need } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { Certificate } from './test-ca.ts';
import { confinedTo } from './unbound.ts';

/** Where a resolver listens, on 127.0.0.1 and on ::1, with which certificate, and whom it asks in its turn. */
export interface Front {
  readonly home: string;
  /** DNS over TLS. */
  readonly tls: number;
  /** DNS over HTTPS, at `/dns-query`. */
  readonly https: number;
  readonly certificate: Certificate;
  /** The port of the resolver behind it. */
  readonly behind: number;
  /** The root's DS record as a zone-file line, for those that must validate to get at signatures. */
  readonly anchor: string;
}

/** Software that answers over TLS and HTTPS. */
export interface EncryptedResolver {
  readonly name: string;
  readonly need: Need;
  start(front: Front): Promise<Peer>;
}

const unbound: EncryptedResolver = {
  name: 'Unbound',
  need: { packages: 'unbound', commands: ['unbound'] },
  async start({ home, tls, https, certificate, behind }) {
    const config = join(home, 'unbound-front.conf');
    await writeFile(
      config,
      `server:
${confinedTo(home)}
${[tls, https].flatMap((port) => ['127.0.0.1', '::1'].map((at) => `  interface: ${at}@${port}`)).join('\n')}
  tls-port: ${tls}
  https-port: ${https}
  tls-service-pem: "${certificate.chain}"
  tls-service-key: "${certificate.key}"
  local-zone: "test." nodefault
  module-config: "iterator"
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${behind}
`,
    );
    const command = await copyOf('unbound', join(home, 'unbound-front'));
    return start({ name: 'Unbound', command, args: ['-d', '-p', '-c', config], isReady: up(tls, https) });
  },
};

const bind: EncryptedResolver = {
  name: 'BIND',
  need: { packages: 'bind9', commands: ['named'] },
  async start({ home, tls, https, certificate, behind }) {
    const config = join(home, 'named-front.conf');
    await writeFile(
      config,
      `tls ours { cert-file "${certificate.chain}"; key-file "${certificate.key}"; };
http ours { endpoints { "/dns-query"; }; };
options {
  directory "${home}"; pid-file none; session-keyfile none; managed-keys-directory "${home}";
  listen-on port ${tls} tls ours { 127.0.0.1; };
  listen-on-v6 port ${tls} tls ours { ::1; };
  listen-on port ${https} tls ours http ours { 127.0.0.1; };
  listen-on-v6 port ${https} tls ours http ours { ::1; };
  recursion yes; dnssec-validation no; empty-zones-enable no;
  forward only; forwarders { 127.0.0.1 port ${behind}; };
};
controls { };
`,
    );
    const command = await copyOf('named', join(home, 'named-front'));
    return start({ name: 'BIND', command, args: ['-g', '-c', config], isReady: up(tls, https) });
  },
};

const knotResolver: EncryptedResolver = {
  name: 'Knot Resolver',
  need: { packages: 'knot-resolver', commands: ['kresd'] },
  async start({ home, tls, https, certificate, behind, anchor }) {
    const config = join(home, 'kresd.conf');
    await mkdir(join(home, 'kresd'));
    await writeFile(
      config,
      `net.listen({'127.0.0.1', '::1'}, ${tls}, { kind = 'tls' })
net.listen({'127.0.0.1', '::1'}, ${https}, { kind = 'doh2' })
net.tls('${certificate.chain}', '${certificate.key}')
cache.open(20 * MB, 'lmdb://${home}/kresd')
trust_anchors.remove('.')
trust_anchors.add('${anchor}')
policy.add(policy.all(policy.FORWARD({'127.0.0.1@${behind}'})))
`,
    );
    const args = ['-n', '-q', '-c', config, join(home, 'kresd')];
    return start({ name: 'Knot Resolver', command: 'kresd', args, isReady: up(tls, https) });
  },
};

/** Not a resolver but a balancer in front of one. It has a path that moved: `/moved`. */
const dnsdist: EncryptedResolver = {
  name: 'dnsdist',
  need: { packages: 'dnsdist', commands: ['dnsdist'] },
  async start({ home, tls, https, certificate: { chain, key }, behind }) {
    const config = join(home, 'dnsdist.conf');
    const places = ['127.0.0.1', '[::1]'];
    await writeFile(
      config,
      `setLocal('127.0.0.1:0')
newServer({ address = '127.0.0.1:${behind}', healthCheckMode = 'up' })
${places.map((at) => `addTLSLocal('${at}:${tls}', '${chain}', '${key}')`).join('\n')}
${places.map((at) => `addDOHLocal('${at}:${https}', '${chain}', '${key}', { '/dns-query', '/moved' })`).join('\n')}
moved = { newDOHResponseMapEntry('^/moved$', 307, 'https://127.0.0.1:${https}/dns-query') }
for at = 0, ${places.length - 1} do getDOHFrontend(at):setResponsesMap(moved) end
`,
    );
    const args = ['--supervised', '--disable-syslog', '-C', config];
    return start({ name: 'dnsdist', command: 'dnsdist', args, isReady: up(tls, https) });
  },
};

export const DNSDIST = dnsdist.name;
export const ENCRYPTED_RESOLVERS: readonly EncryptedResolver[] = [unbound, bind, knotResolver, dnsdist];

const up =
  (...ports: readonly number[]) =>
  () =>
    listening(ports);
