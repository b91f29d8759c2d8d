import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Message, ROOT, TYPE } from '#core/dns/index.js';
import { type Sighting, sightKeys, withAnchors } from '#core/dnssec/index.js';
import { hashes, verifyAll } from '#node/crypto.js';
import {
  type Attack,
  answerServfail,
  createHierarchy,
  createZoneKey,
  dnskeyRdata,
  multiplySignatures,
  revoke,
  spoilSignatures,
  staySilent,
  stripSignatures,
  type ZoneKey,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT } from './driver.js';

const [old, young, foreign] = [createZoneKey(), createZoneKey(), createZoneKey()];

/** What a validator that trusts the old key sees of a root with these keys. */
async function sight(
  keys: readonly ZoneKey[],
  attack: Attack = (honest) => honest,
  zone: Partial<ZoneOptions> = {},
): Promise<Sighting | string> {
  const { answer } = createHierarchy({ at: AT, zones: [{ apex: '.', keys, ...zone }] });
  const record = { name: ROOT, type: TYPE.DNSKEY, class: 1, ttl: 0, rdata: old.rdata };
  const tracked = withAnchors(ROOT, undefined, [{ zone: ROOT, record }], AT, hashes);
  const sighting = sightKeys(tracked, { at: AT, hashes });
  const bent = attack(answer);
  for (let step = sighting.next(); ; ) {
    if (step.done) return 'failed' in step.value ? step.value.failed : step.value;
    const { ask, check } = step.value;
    const replies = ask.map((each) => {
      const message = bent(each);
      return message ? ({ kind: 'message', message } as const) : ({ kind: 'failure', why: 'silence' } as const);
    });
    step = sighting.next({ replies, valid: await verifyAll(check) });
  }
}

const counts = (seen: Sighting | string): string =>
  typeof seen === 'string' ? seen : `${seen.keys?.length ?? 'no'} keys, ${seen.revoked.length} revoked`;

/** Removes signatures made with this key. */
const withoutSignaturesBy =
  (key: ZoneKey): Attack =>
  (honest) =>
  (question) => {
    const message = honest(question);
    const isBy = ({ type, rdata }: Message['answers'][number]) =>
      type === TYPE.RRSIG && ((rdata[16] ?? 0) << 8) + (rdata[17] ?? 0) === key.tag;
    return message && { ...message, answers: message.answers.filter((each) => !isBy(each)) };
  };

const revokedOld = revoke(old);
const honestly: Attack = (honest) => honest;
const rows: readonly (readonly [
  what: string,
  keys: readonly ZoneKey[],
  attack: Attack,
  expected: string,
  zone?: Partial<ZoneOptions>,
])[] = [
  ['one key', [old], honestly, '1 keys, 0 revoked'],
  ['a second one', [old, young], honestly, '2 keys, 0 revoked'],
  ['the trusted key revoked, all signed by nobody who is trusted', [young, revokedOld], honestly, 'no keys, 1 revoked'],
  ['a key revoked that nobody knows', [old, revoke(foreign)], honestly, '1 keys, 0 revoked'],
  ['the mark without its own signature', [young, revokedOld], withoutSignaturesBy(revokedOld), 'bogus'],
  ['the mark, its signature spoilt', [young, revokedOld], spoilSignatures, 'bogus'],
  [
    'the mark on somebody’s copy of the key',
    [old],
    honestly,
    '1 keys, 0 revoked',
    { deadKeys: [dnskeyRdata(257 + 128, 13, old.rdata.subarray(4))] },
  ],
  ['keys of somebody else', [foreign], honestly, 'bogus'],
  ['keys of somebody else with ours among them', [foreign], honestly, 'bogus', { deadKeys: [old.rdata] }],
  ['no signatures', [old, young], stripSignatures, 'indeterminate'],
  ['spoilt signatures', [old, young], spoilSignatures, 'bogus'],
  ['silence', [old], staySilent, 'indeterminate'],
  ['SERVFAIL', [old], answerServfail, 'indeterminate'],
  ['a KeyTrap', [old], multiplySignatures(60), 'indeterminate'],
];
for (const [what, keys, attack, expected, zone] of rows)
  test(`[RFC5011 §2.1] of the zone's keys is seen, with ${what}: ${expected}`, async () => {
    assert.equal(counts(await sight(keys, attack, zone)), expected);
  });

test('[RFC5011 §2.3] what is seen says for how long it holds', async () => {
  const seen = await sight([old], undefined, { validity: { from: AT - 100, until: AT + 5000 } });
  assert.deepEqual(typeof seen === 'string' ? seen : [seen.ttl, seen.validFor], [300, 5000]);
});
