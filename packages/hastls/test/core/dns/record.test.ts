import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findService } from 'hastls/profiles';
import {
  hastlsToText,
  type Published,
  publish,
  RECORD_FORMS,
  type RecordForm,
  type RecordWish,
  readHastls,
  recordInForm,
  recordToJson,
  type ServiceFacts,
  toHastlsType,
  writeHastls,
} from 'hastls/record';

const smtp: RecordWish = { service: 'smtp', host: 'mail.example.org', plain: 25, tls: 25, preference: 1 };
const know = (service: string): ServiceFacts | undefined => findService(service)?.service;

function published(wish: Partial<RecordWish>): Published {
  const made = publish({ ...smtp, ...wish }, know);
  assert.ok(made.ok, made.ok ? '' : made.why);
  return made.value;
}

const forms: Readonly<Record<Exclude<RecordForm, 'json'>, string>> = {
  native: '_smtp._tcp.mail.example.org. 300 IN HASTLS 25 25 1',
  rfc3597: '_smtp._tcp.mail.example.org. 300 IN TYPE65400 \\# 6 001900190001',
  nsupdate: 'zone example.org.\nupdate add _smtp._tcp.mail.example.org. 300 IN TYPE65400 \\# 6 001900190001\nsend',
  knotc:
    "knotc zone-begin example.org.\nknotc zone-set example.org. _smtp._tcp.mail.example.org. 300 TYPE65400 '\\# 6 001900190001'\nknotc zone-commit example.org.",
  pdnsutil: "pdnsutil add-record example.org. _smtp._tcp.mail TYPE65400 300 '\\# 6 001900190001'",
};
for (const form of RECORD_FORMS)
  if (form !== 'json')
    test(`[R32] a record as ${form}`, () => {
      assert.deepEqual(recordInForm(published({}), form, 'Example.org'), { ok: true, value: forms[form] });
    });

test('a record as JSON holds all there is to say', () => {
  const json = recordInForm(published({}), 'json');
  assert.deepEqual(json.ok && JSON.parse(json.value), recordToJson(published({})));
  assert.deepEqual(recordToJson(published({})), {
    v: 1,
    name: '_smtp._tcp.mail.example.org.',
    ttl: 300,
    type: 65400,
    service: 'smtp',
    host: 'mail.example.org.',
    plain: 25,
    tls: 25,
    preference: 1,
    rdata: '001900190001',
    data: '25 25 1',
    native: forms.native,
    rfc3597: forms.rfc3597,
    advice: [],
  });
});

test('knotc and pdnsutil must be told the zone, nsupdate finds it, and the host must lie in it', () => {
  const rows: readonly (readonly [form: RecordForm, zone: string | undefined, why: RegExp])[] = [
    ['knotc', undefined, /must be told the zone/],
    ['pdnsutil', undefined, /must be told the zone/],
    ['nsupdate', 'example.com', /does not lie in the zone example\.com\./],
    ['native', 'il.example.org', /does not lie in/],
    ['pdnsutil', '$(reboot).example', /cannot be part of a host's name/],
  ];
  for (const [form, zone, why] of rows) {
    const written = recordInForm(published({}), form, zone);
    assert.match(written.ok ? written.value : written.why, why);
  }
  const found = recordInForm(published({}), 'nsupdate');
  assert.ok(found.ok && found.value.startsWith('update add '));
});

test('[R16] a record with both ports 0 is neither written nor published', () => {
  for (const preference of [0, 1, 255]) {
    for (const made of [writeHastls(0, 0, preference), publish({ ...smtp, plain: 0, tls: 0, preference })])
      assert.match(made.ok ? 'it was made' : made.why, /both ports 0 \[R16\]/);
  }
});

test('[R13] [R14] [R15] [R23] two ports make one of four kinds of door, or none', () => {
  const ports = [0, 1, 2, 25, 255, 256, 443, 65534, 65535];
  for (const plain of ports)
    for (const tls of ports) {
      const written = writeHastls(plain, tls, 0);
      if (plain === 0 && tls === 0) continue; // the row above
      const kind = plain === 0 ? 'tls-only' : tls === 0 ? 'plain-only' : plain === tls ? 'in-band' : 'two-ports';
      const read = written.ok ? readHastls(written.value) : undefined;
      assert.equal(read?.kind === 'usable' && read.doors.kind, kind, `${plain} ${tls}`);
      assert.equal(written.ok && hastlsToText(written.value).native, `${plain} ${tls} 0`);
    }
});

test('[R20] [R21] a publisher says 0 or 1, whatever a reader would make of more', () => {
  for (let preference = 0; preference <= 300; preference++)
    assert.equal(publish({ ...smtp, preference }).ok, preference <= 1, String(preference));
});

test('[A17] a secure-named service stands under the name of the service', () => {
  const { record, service, advice } = published({ service: 'IMAPS', plain: 0, tls: 993 });
  assert.equal(service, 'imap');
  assert.equal(record.name, '_imap._tcp.mail.example.org.');
  assert.deepEqual(
    advice.map(({ rule }) => rule),
    ['A17'],
  );
  assert.equal(published({ service: 'https' }).service, 'http');
  assert.equal(published({ service: 'submissions' }).service, 'submission');
  assert.equal(published({ service: 'never-heard-of' }).service, 'never-heard-of');
});

const advised: readonly (readonly [wish: Partial<RecordWish>, rules: readonly string[], says: RegExp])[] = [
  [{}, [], /^$/],
  [{ plain: 0, tls: 25, preference: 0 }, ['A3', 'R22'], /"25 25 1" says the same/],
  [{ plain: 0, tls: 25, preference: 1 }, ['A3'], /"0 25 1" leaves the method to be guessed/],
  [{ preference: 0 }, ['R24'], /fallback may end in plaintext/],
  [{ plain: 25, tls: 0, preference: 0 }, ['R28'], /keeps every client from trying TLS/],
  [{ service: 'imap', plain: 0, tls: 993 }, [], /^$/],
  [{ service: 'imap', plain: 0, tls: 993, preference: 0 }, ['R22'], /no plaintext either way/],
  [{ service: 'imap', plain: 143, tls: 993 }, [], /^$/],
  [{ service: 'imap', plain: 143, tls: 993, preference: 0 }, ['R24'], /fallback may end/],
  [{ service: 'imap', plain: 993, tls: 993 }, ['R15'], /"0 993 1" says so/],
  [{ service: 'imap', plain: 1143, tls: 1143 }, [], /^$/],
  [{ service: 'never-heard-of', plain: 0, tls: 25 }, [], /^$/],
];
for (const [wish, rules, says] of advised)
  test(`[A3] [R15] [R22] [R24] [R28] advice on ${JSON.stringify(wish)}: ${rules.join(', ') || 'none'}`, () => {
    const { advice } = published(wish);
    assert.deepEqual(
      advice.map(({ rule }) => rule),
      rules,
    );
    assert.match(advice.map(({ text }) => text).join('\n'), says);
  });

test('[R31] [F1] type numbers, all of them', () => {
  for (let value = 65280; value <= 65534; value++)
    assert.equal(toHastlsType(value).ok, value !== 65282 && value !== 65534, String(value));
  for (const value of [0, 1, 255, 65279, 65535, 65536, -1, 65400.5, Number.NaN])
    assert.equal(toHastlsType(value).ok, false, String(value));
  for (const value of [999, 65279, 65535]) assert.equal(toHastlsType(value, 'outside-allowed').ok, true, String(value));
  for (const value of [0, 16, 41, 128, 252, 255, 65282, 65534, 65536])
    assert.equal(toHastlsType(value, 'outside-allowed').ok, false, String(value));
  const state = toHastlsType(65534);
  assert.match(state.ok ? '' : state.why, /BIND/);
});
