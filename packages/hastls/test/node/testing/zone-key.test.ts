import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64, toHex } from '#core/bytes/index.js';
import { keyTag, parseName } from '#core/dns/index.js';
import { verify } from '#node/crypto.js';
import { collidingKeys, createZoneKey, dnskeyRdata, dsRdata, type KeyAlgorithm } from '#node/testing/index.js';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const algorithm of [5, 7, 8, 10, 13, 14, 15, 16] as const satisfies readonly KeyAlgorithm[])
  test(`a key of algorithm ${algorithm} signs what its DNSKEY record verifies`, async () => {
    const key = createZoneKey({ algorithm, bits: 1024 });
    const signed = octets('what was signed');
    const check = { algorithm, publicKey: key.rdata.subarray(4), signature: key.sign(signed) };
    assert.equal(await verify({ ...check, signed }), true);
    assert.equal(await verify({ ...check, signed: octets('something else') }), false);
  });

test('[RFC4034 §5.4] the DS of the example key has the digest that the RFC prints', () => {
  const publicKey = fromBase64(
    'AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==',
  );
  const rdata = dnskeyRdata(256, 5, publicKey);
  assert.equal(keyTag(rdata), 60485);
  const ds = dsRdata(parseName('dskey.example.com.'), { algorithm: 5, tag: 60485, rdata }, 1);
  assert.equal(toHex(ds), 'ec4505012bb183af5f22588179a53b0a98631fad1a292118');
});

test('colliding keys are different keys of one tag', () => {
  const key = createZoneKey();
  const colliding = collidingKeys(key, 20);
  assert.equal(new Set([key.rdata, ...colliding].map(toHex)).size, 21);
  for (const rdata of colliding) assert.equal(keyTag(rdata), key.tag);
});
