// A DNS to measure in: a root, `test`, and a thousand signed zones below it, served by Knot on three loopback
// addresses as three operators would; and Unbounds in front of it, of the kind that each contestant needs.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeMessage, TYPE } from 'hastls/dns';
import { freePorts, start } from '../../packages/hastls/.test/live/peers/peer.js';
import { createClient } from './client.mjs';

/** Zones to be asked about while the clock runs, and others to warm up with: nobody has seen the first before. */
export const ZONES = names('z', 1000);
export const WARM_UP_ZONES = names('w', 200);

const [ROOT_HOST, TEST_HOST, ZONES_HOST] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const DS_SHA256 = 2;

function names(letter, count) {
  return Array.from({ length: count }, (_, index) => `${letter}${String(index).padStart(4, '0')}.test.`);
}

/**
 * @param bigNames how many names `big.test` has, the zone to fill caches with; none: no such zone
 */
export async function startWorld(bigNames = 0) {
  // signing syncs its key store after each zone, which only memory makes quick
  const home = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hastls-bench-'));
  const running = [];
  const keep = async (starting) => {
    const peer = await starting;
    running.push(peer);
    return peer;
  };
  async function stop() {
    await Promise.all(running.map((each) => each.stop()));
    await rm(home, { recursive: true, force: true });
  }
  try {
    const [port] = await freePorts(1);
    const serve = (name, host, zones) => keep(startKnot(join(home, name), host, port, zones));

    const children = [...ZONES, ...WARM_UP_ZONES].map((origin, index) => ({
      origin,
      text: childZone(origin),
      nsec3: index % 2 === 1,
    }));
    if (bigNames > 0) children.push({ origin: 'big.test.', text: bigZone(bigNames), nsec3: false });
    await serve('zones', ZONES_HOST, children);
    const delegations = await delegate(children, ZONES_HOST, port);
    const test = { origin: 'test.', text: zone('test.', TEST_HOST, delegations), nsec3: true };
    await serve('test', TEST_HOST, [test]);
    const root = zone('.', ROOT_HOST, await delegate([test], TEST_HOST, port));
    await serve('root', ROOT_HOST, [{ origin: '.', text: root, nsec3: false }]);
    const anchor = (await dsRecords(['.'], ROOT_HOST, port))[0];
    await writeFile(join(home, 'anchor'), `${anchor}\n`);
    await writeFile(join(home, 'delv-anchor'), toBindAnchor(anchor));

    return {
      anchor,
      /** The anchor of `big.test`, for whoever asks its server itself. */
      bigAnchor: delegations.find((line) => line.startsWith('big.test. DS')),
      delvAnchor: join(home, 'delv-anchor'),
      /** Where the root is served: for those who recurse by themselves. */
      root: { host: ROOT_HOST, port },
      /** Where all zones but the root and `test` are served. */
      zonesHost: ZONES_HOST,
      /** A recursive resolver that does not validate. */
      startRecursive: () => keep(startUnbound(home, port, recursiveConfig(port))),
      /** A resolver that validates, in one thread, what another one has. */
      startValidator: (upstream) => startUnbound(home, port, validatorConfig(home, upstream)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const zone = (origin, host, lines) =>
  [
    `$ORIGIN ${origin}`,
    '$TTL 86400',
    '@ SOA ns hostmaster 1 7200 3600 1209600 3600',
    '@ NS ns',
    `ns A ${host}`,
    ...lines,
    '',
  ].join('\n');

const childZone = (origin) =>
  zone(origin, ZONES_HOST, ['www A 192.0.2.1', '_smtp._tcp.mx TYPE65400 \\# 6 001900190001', 'mx A 192.0.2.2']);

const bigZone = (count) =>
  zone(
    'big.test.',
    ZONES_HOST,
    Array.from({ length: count }, (_, index) => `h${index} A 192.0.2.1`),
  );

/** What a parent says of its children. */
async function delegate(children, host, port) {
  const origins = children.map(({ origin }) => origin);
  const glue = origins.flatMap((origin) => [`${origin} NS ns.${origin}`, `ns.${origin} A ${host}`]);
  return [...glue, ...(await dsRecords(origins, host, port))];
}

/** The DS records of zones, made of the DNSKEY records that their server has. */
async function dsRecords(origins, host, port) {
  const client = createClient(host, port);
  const lines = [];
  for (const origin of origins) {
    const message = decodeMessage(await client.exchange({ name: origin, type: TYPE.DNSKEY }));
    const key = message.ok && message.value.answers.find(({ type }) => type === TYPE.DNSKEY)?.rdata;
    if (!key) throw new Error(`${origin} has no key`);
    const digest = createHash('sha256').update(wireName(origin)).update(key).digest('hex');
    lines.push(`${origin} DS ${keyTag(key)} ${key[3]} ${DS_SHA256} ${digest}`);
  }
  client.close();
  return lines;
}

const wireName = (name) =>
  Buffer.concat([
    ...name
      .split('.')
      .filter((label) => label !== '')
      .map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.of(0),
  ]);

/** [RFC4034 appendix B] */
function keyTag(rdata) {
  const sum = rdata.reduce((total, octet, index) => total + (index % 2 === 0 ? octet << 8 : octet), 0);
  return (sum + (sum >> 16)) & 0xffff;
}

const toBindAnchor = (line) => {
  const [owner, , tag, algorithm, digestType, digest] = line.split(' ');
  return `trust-anchors { "${owner}" static-ds ${tag} ${algorithm} ${digestType} "${digest}"; };\n`;
};

async function startKnot(home, host, port, zones) {
  for (const folder of ['keys', 'zones', 'run']) await mkdir(join(home, folder), { recursive: true });
  for (const { origin, text } of zones) await writeFile(join(home, 'zones', `${origin}zone`), text);
  const config = join(home, 'knot.conf');
  await writeFile(config, knotConfig(home, host, port, zones));
  const client = createClient(host, port);
  const isSigned = async ({ origin }) => {
    const message = decodeMessage(await client.exchange({ name: origin, type: TYPE.DNSKEY }));
    return message.ok && message.value.answers.some(({ type }) => type === TYPE.RRSIG);
  };
  let signed = 0;
  const isReady = async () => {
    try {
      while (signed < zones.length && (await isSigned(zones[signed]))) signed++;
      return signed === zones.length;
    } catch {
      return false; // not listening yet
    }
  };
  const peer = await start({ name: 'Knot', command: 'knotd', args: ['-c', config], isReady, startMs: 60_000 });
  client.close();
  return peer;
}

const knotConfig = (home, host, port, zones) => `server:
    rundir: ${home}/run
    listen: ${host}@${port}
    udp-workers: 1
log:
  - target: stdout
    any: warning
database:
    storage: ${home}/keys
policy:
${['nsec', 'nsec3']
  .map(
    (id) => `  - id: ${id}
    algorithm: ecdsap256sha256
    single-type-signing: on
    cds-cdnskey-publish: none
    signing-threads: 2
    nsec3: ${id === 'nsec3' ? 'on' : 'off'}
    nsec3-iterations: 0
`,
  )
  .join('')}template:
  - id: default
    storage: ${home}/zones
    file: "%s.zone"
    zonefile-sync: -1
    dnssec-signing: on
zone:
${zones.map(({ origin, nsec3 }) => `  - domain: ${origin}\n    dnssec-policy: ${nsec3 ? 'nsec3' : 'nsec'}\n`).join('')}`;

const recursiveConfig = (port) => `
  module-config: "iterator"
stub-zone:
  name: "."
  stub-addr: ${ROOT_HOST}@${port}
stub-zone:
  name: "test."
  stub-addr: ${TEST_HOST}@${port}
${[...ZONES, ...WARM_UP_ZONES, 'big.test.']
  .map((origin) => `stub-zone:\n  name: "${origin}"\n  stub-addr: ${ZONES_HOST}@${port}\n`)
  .join('')}`;

const validatorConfig = (home, upstream) => `
  module-config: "validator iterator"
  trust-anchor-file: "${home}/anchor"
  trust-anchor-signaling: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
`;

/** An Unbound with one thread and room for all that is asked here. */
async function startUnbound(home, _port, role) {
  const [port] = await freePorts(1);
  const config = join(home, `unbound-${port}.conf`);
  await writeFile(
    config,
    `remote-control:
  control-enable: no
server:
  directory: "${home}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  interface: 127.0.0.1
  port: ${port}
  num-threads: 1
  outgoing-range: 900
  num-queries-per-thread: 800
  msg-cache-size: 128m
  rrset-cache-size: 256m
  key-cache-size: 64m
  neg-cache-size: 16m
  do-not-query-localhost: no
  local-zone: "test." nodefault
${role}`,
  );
  const isReady = async () => {
    const client = createClient('127.0.0.1', port, 500);
    try {
      return ((await client.exchange({ name: '.', type: TYPE.SOA }))[3] & 0xf) === 0;
    } catch {
      return false;
    } finally {
      client.close();
    }
  };
  const peer = await start({ name: 'Unbound', command: 'unbound', args: ['-d', '-p', '-c', config], isReady });
  return { ...peer, port };
}
