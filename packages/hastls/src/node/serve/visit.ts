import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import type tls from 'node:tls';
import { demandsAlpn } from '../../core/profiles/index.ts';
import { converse, helloOrNot, NONCE_OCTETS } from '../../core/talk/index.ts';
import { hold } from '../hold.ts';
import { commonNameOf, shownSubject } from './client-certificates.ts';
import { between, concluded } from './crossing.ts';
import type { Met } from './door.ts';
import type { House } from './house.ts';
import { groupOf } from './key-exchange.ts';
import { limit, limitIdle } from './stay.ts';
import { stirs } from './stirs.ts';
import { type Ending, failed, type Visit } from './visited.ts';

/** Serves a client from its arrival until it has left. */
export async function attend(visit: Visit, house: House): Promise<Ending> {
  const { mode, totalMs, handshakeMs } = house.settings;
  const total = totalMs === undefined ? ignore : limit(visit, totalMs, `it lasted ${totalMs} ms`);
  const mustCome = mode === 'require' || mode === 'implicit'; // where plaintext may go on, nobody has to come to TLS
  const toTls = mustCome ? limit(visit, handshakeMs, `no TLS within ${handshakeMs} ms`) : ignore;
  try {
    const isImplicit = await beginsWithTls(visit, house);
    if (typeof isImplicit !== 'boolean') return isImplicit;
    const plain = isImplicit ? 'start-tls' : await beforeTls(visit, house);
    if (plain !== 'start-tls') return inTime(visit, plain);
    const met = await comesToTls(visit, house, isImplicit ? 'implicit' : 'in-band');
    toTls();
    if (met.kind === 'failed') return inTime(visit, failed('handshake', met.why));
    const greeted = visit.how === 'in-band';
    const ending = await between(visit, house, { mode: 'prefer', secured: true, greeted });
    return inTime(visit, ending === 'start-tls' ? failed('client', 'TLS began twice') : ending);
  } finally {
    await closed(visit.client);
    total();
    toTls();
    for (const each of visit.backends) each.destroySoon();
    await visit.beside?.over();
  }
}

const inTime = ({ late }: Visit, ending: Ending): Ending => (late === undefined ? ending : failed('late', late));

/** Whether TLS begins at once: it has to, or it may and the client's first octets say that it does. */
async function beginsWithTls(visit: Visit, { settings }: House): Promise<boolean | Ending> {
  const { client } = visit;
  const { mode, profile, implicitToo, idleMs } = settings;
  if (mode === 'implicit' || profile === undefined) return true;
  limitIdle(visit, idleMs);
  if (!implicitToo) return false;
  await stirs(client);
  const held = await hold(client, converse(helloOrNot()), { timeoutMs: idleMs });
  if (held.kind === 'plaintext') return false;
  const ending = await concluded(client, held);
  return ending === 'start-tls' ? true : ending;
}

async function beforeTls(visit: Visit, house: House): Promise<Ending | 'start-tls'> {
  const { mode, profile, host, idleMs } = house.settings;
  const { client } = visit;
  if (mode === 'implicit' || profile === undefined) return 'start-tls';
  if (mode !== 'require' || profile.middle?.greetsOnce === true) return between(visit, house, { mode });
  // The backend does not hear of a client before TLS. [R1] [R5]
  const held = await hold(client, converse(profile.server({ host, mode, nonce: randomBytes(NONCE_OCTETS) })), {
    timeoutMs: idleMs,
  });
  return concluded(client, held);
}

async function comesToTls(visit: Visit, { settings, door }: House, how: 'in-band' | 'implicit'): Promise<Met> {
  const { profile, idleMs } = settings;
  visit.client.setTimeout(0);
  const met = await door.meet(visit.client, (peer) => {
    visit.client = peer;
  });
  if (met.kind === 'failed') return met;
  const { peer, certificate } = met;
  const { alpn, ...facts } = factsOf(peer);
  const { protocol, cipher, serverName } = facts;
  if (how === 'implicit' && alpn === undefined && profile !== undefined && demandsAlpn(profile)) {
    peer.destroy();
    return { kind: 'failed', why: 'the client began with TLS, but did not say for which protocol' };
  }
  visit.tls = { ...facts, ...(certificate && { client: shownSubject(certificate) }) };
  visit.agreed = {
    version: protocol,
    cipher,
    ...(alpn !== undefined && { alpn }),
    ...(serverName !== undefined && { serverName }),
    ...(certificate && { certificate: { commonName: commonNameOf(certificate) } }),
  };
  visit.how = how;
  limitIdle(visit, idleMs);
  settings.onSecured?.(visit);
  return met;
}

const factsOf = (secured: tls.TLSSocket) => ({
  protocol: secured.getProtocol() ?? '',
  cipher: secured.getCipher().standardName,
  group: groupOf(secured),
  resumed: secured.isSessionReused(),
  serverName: secured.servername || undefined,
  alpn: secured.alpnProtocol || undefined,
});

const closed = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

const ignore = () => {}; // what has no limit has none to call off
