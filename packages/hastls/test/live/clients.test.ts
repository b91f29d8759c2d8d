/**
 * Our server side, as clients that are not ours find it: each comes from plaintext to TLS by its own means, insists on
 * a certificate by an authority that it was given, and turns away from another's.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import type net from 'node:net';
import { join } from 'node:path';
import { offByDefault, profiles } from 'hastls/profiles';
import { createTriggerServer } from 'hastls/serve';
import { createAuthority, type Identity } from 'hastls/testing';
import { applications } from './clients/applications.ts';
import { type Client, clients } from './clients/clients.ts';
import { live } from './peers/stage.ts';

const authority = createAuthority();
const right = authority.issue(['localhost', '127.0.0.1']); // libldap has a name of its own for localhost
const WRONG = {
  'a stranger': createAuthority().issue(['localhost']),
  'another host': authority.issue(['elsewhere.example']),
};

for (const each of clients) {
  live(`${each.peer} meets our ${each.protocol} server`, [each.need], async (stage) => {
    const directory = join(stage.home, 'trusted');
    await mkdir(directory);
    const ca = join(directory, 'ca-cert.pem'); // as GnuTLS' friends want it to be called
    await writeFile(ca, authority.certificate);
    const visit = (port: number) => each.visit({ port, ca, home: stage.home });
    const meeting = { peer: each.peer, protocol: each.protocol, ours: 'server' } as const;

    await stage.shows({ ...meeting, shown: 'upgrades' }, () =>
      serving(each, right, async (port, { secured }) => {
        const said = await visit(port);
        assert.deepEqual(secured, ['in-band'], said);
      }),
    );
    for (const [whose, identity] of Object.entries(WRONG)) {
      if (!each.turnsAway.some((wrong) => wrong === whose)) continue;
      await stage.shows({ ...meeting, shown: `refuses ${whose}` }, () =>
        serving(each, identity, async (port, { said }) => {
          await assert.rejects(visit(port));
          const told = said.filter((each) => each !== 'USER joe'); // lftp says that much before it looks
          assert.deepEqual(told, [], 'the client speaks to somebody unknown');
        }),
      );
    }
  });
}

/** What our server saw of a client once TLS was there. */
interface Seen {
  readonly secured: string[];
  readonly said: string[];
}

/** Runs our server, which wants TLS before all else. */
async function serving(
  { protocol }: Client,
  identity: Identity,
  body: (port: number, seen: Seen) => Promise<void>,
): Promise<void> {
  const known = [...profiles, ...offByDefault.map(({ profile }) => profile)];
  const profile = known.find(({ name }) => name === protocol);
  const serve = applications[protocol];
  assert.ok(profile !== undefined && serve !== undefined);
  const seen: Seen = { secured: [], said: [] };
  const server = createTriggerServer({
    profile,
    mode: 'require',
    tls: identity,
    host: 'localhost',
    application(peer) {
      seen.secured.push(peer.how);
      return serve(peer, (words) => seen.said.push(words));
    },
  });
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  try {
    await body((server.address() as net.AddressInfo).port, seen); // as: it listens on TCP
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}
