import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createHierarchy, createZoneKey, setTtl, startDnsServer } from 'hastls/testing';
import { freePort } from '../free-port.ts';
import { startGateway } from './started.ts';
import { client, startTunnels, tunnel } from './started-tunnel.ts';

// A zone that is signed, until the zone above it, provably, says that it is not: as one does whose keys were stolen.

const [root, above] = [createZoneKey(), createZoneKey()];

/** Nobody may remember what this server says, so that each look-up proves anew. */
async function startZone(records: string) {
  const at = Math.floor(Date.now() / 1000);
  const zone = { apex: 'example.test.', records };
  const zones = [
    { apex: '.', keys: [root] },
    { apex: 'test.', keys: [above] },
  ];
  const signed = createHierarchy({ at, zones: [...zones, zone] });
  const unsigned = createHierarchy({ at, zones: [...zones, { ...zone, keys: [] }] });
  let now = signed;
  return {
    server: await startDnsServer((question) => setTtl(0)(now.answer)(question)),
    anchors: `${signed.anchorLines.join('\n')}\n`,
    loseSignatures() {
      now = unsigned;
    },
  };
}

test('[A23] with pin_secure_zones a tunnel turns clients away once a zone that was signed is not, also after a reload', async (t) => {
  const port = await freePort();
  let loseSignatures = () => {};
  const daemon = await startTunnels(t, tunnel(port, 'upgrade'), {
    dns: 'pin_secure_zones = true\n',
    async zonesOf(records) {
      const zone = await startZone(records);
      loseSignatures = zone.loseSignatures;
      return zone;
    },
  });
  await daemon.logged('ready');
  assert.match(await (await client(port)).hear(), /^\* OK/);
  loseSignatures();
  async function refuses(): Promise<void> {
    assert.match(await (await client(port)).hear(), /^\* BYE \[UNAVAILABLE\] ERR_HASTLS_BOGUS: /);
    const { code, because } = await daemon.logged('turned away');
    assert.equal(code, 'ERR_HASTLS_BOGUS');
    assert.match(String(because), /example\.test\. was proven to be signed before, and is pinned since/);
  }
  await refuses();
  daemon.child.kill('SIGHUP');
  await daemon.logged('reloaded');
  await refuses();
});

test('[A23] with pin_secure_zones a gateway that looks its record up after a reload calls it bogus', async (t) => {
  const { server, anchors, loseSignatures } = await startZone('front A 127.0.0.1\n_imap._tcp.front HASTLS 0 993 1');
  t.after(() => server.close());
  const dns = `[dns]\nresolver = ["${server.url}"]\nanchors = "${fileOf(t, anchors)}"\npin_secure_zones = true\n`;
  const own = 'protocol = "imap"\nname = "front.example.test"\npublic_ports = [993]\nenforce_record = true';
  const daemon = await startGateway(t, `workers = 2\n${dns}`, { own });
  assert.equal((await daemon.logged('record says what is served'))['proof'], 'secure');
  await daemon.logged('ready');
  loseSignatures();
  daemon.child.kill('SIGHUP');
  const { proof, found } = await daemon.logged('record differs from what is served');
  assert.equal(proof, 'bogus');
  assert.match(String(found), /what is published is bogus/);
});

function fileOf(t: TestContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'hastls-anchors-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'anchors.txt');
  writeFileSync(file, text);
  return file;
}
