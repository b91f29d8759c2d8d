import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { createAuthority, type DnsServer } from 'hastls/testing';
import { type Peers, startPeers } from './peers.ts';
import { matches, parseScript } from './script.ts';
import { startWorld } from './world.ts';
import { startZones, type Zones } from './zones.ts';

const SCRIPTS = new URL('../test/cli/', import.meta.url);

let peers: Peers;
let zones: Zones;
const resolverAuthority = createAuthority();
let overTls: DnsServer;
let sick: Awaited<ReturnType<Zones['startSick']>>;
before(async () => {
  peers = await startPeers();
  zones = await startZones(peers.records);
  overTls = await zones.startTls(resolverAuthority.issue(['127.0.0.1']));
  sick = await zones.startSick();
});
after(async () => {
  await sick.close();
  await overTls.close();
  await zones.server.close();
  await peers.end();
});

for (const file of readdirSync(SCRIPTS).sort())
  test(`as a user runs it: ${file}`, async () => {
    const script = parseScript(readFileSync(new URL(file, SCRIPTS), 'utf8'));
    assert.ok(script.steps.length > 0, 'a script that runs nothing');
    const DNS = `--resolver ${zones.server.url} --anchors anchors.txt --timeout 5000`;
    const files = new Map([
      ...script.files,
      ['anchors.txt', zones.anchors],
      ['ca.pem', peers.ca],
      ['resolver-ca.pem', resolverAuthority.certificate],
    ]);
    const world = await startWorld(files, { DNS, RESOLVER: zones.server.url, TLS: overTls.url, ...sick.urls });
    try {
      for (const { command, stdin, stdout, stderr, status } of script.steps) {
        const ran = await world.run(command, stdin);
        const shown = `$ ${command}\n${ran.stdout}${ran.stderr.replace(/^(?=.)/gm, '! ')}[${ran.status}]`;
        assert.ok(matches(stdout, ran.stdout), `stdout differs:\n${shown}\nexpected:\n${stdout.join('\n')}`);
        assert.ok(matches(stderr, ran.stderr), `stderr differs:\n${shown}\nexpected:\n${stderr.join('\n')}`);
        assert.equal(ran.status, status, shown);
      }
    } finally {
      await world.end();
    }
  });
