import assert from 'node:assert/strict';
import { TYPE } from '#core/dns/index.js';
import { anchorsStateToText, readAnchors, readAnchorsState } from '#core/dnssec/index.js';
import { services } from '#core/profiles/index.js';
import { HastlsError } from '#node/errors.js';
import { toAskedName } from '#node/resolve/asked.js';
import { toUpstream } from '#node/resolve/upstream.js';
import { toTarget } from '#node/target.js';
import { campaign } from './campaign.js';
import { mutateText } from './mutate.js';
import { signedWorld } from './signed-world.js';

// What people and configurations give: taken or refused, in words for the one who gave it.

const anchors = [
  ...signedWorld({ kind: 'nsec' }).anchorLines,
  '. IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n',
  '. 172800 IN DNSKEY 257 3 13 ( AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3\n +/4RgWOq7HrxRixH ) ; a key\n',
  'example. DS 1 13 4 00\n$ORIGIN example.\nsub DS 2 8 1 1111111111111111111111111111111111111111\n',
];

campaign('trust anchors', 2, (chance) => {
  const read = readAnchors(mutateText(chance, chance.any(anchors) ?? '', anchors));
  if (!read.ok) return assert.ok(read.why.length > 0);
  assert.ok(read.value.length > 0);
  for (const { zone, record } of read.value)
    assert.ok(record.name === zone && (record.type === TYPE.DS || record.type === TYPE.DNSKEY));
});

const states = [
  anchorsStateToText(
    signedWorld({ kind: 'nsec' }).anchors.map(({ zone, record }) => ({
      zone,
      next: 1_780_000_000,
      keys: [
        { record, state: 'valid', since: 1_780_000_000 },
        { record, state: 'revoked', since: 0, until: 1_790_000_000 },
      ],
    })),
  ),
];

campaign('states of trust anchors', 3, (chance) => {
  const read = readAnchorsState(mutateText(chance, chance.any(states) ?? '', states));
  if (!read.ok) return assert.ok(read.why.length > 0);
  assert.deepEqual(readAnchorsState(anchorsStateToText(read.value)), read);
});

const urls = [
  ...services.map(({ name }) => `${name}://mail.example.org`),
  'imaps://host.example:993',
  'smtp://[2001:db8::1]:25',
  'pop3://192.0.2.1:110/',
  'imap://b\u00fccher.example.:1143',
];

campaign('[A36] service URLs', 1, (chance) => {
  const url = mutateText(chance, chance.any(urls) ?? '', urls);
  const target = orRefused(() => toTarget(url));
  if (target === undefined) return;
  assert.ok(services.includes(target.service));
  assert.match(target.host, /^[!-~]+$/);
  assert.ok(target.port === undefined || (target.port > 0 && target.port < 65_536));
});

const upstreams = [
  'udp://192.0.2.1:53',
  'tcp://[2001:db8::1]',
  'tls://dns.example@192.0.2.1:853',
  'tls://192.0.2.1#pin-sha256=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  'https://dns.example/dns-query',
  'https://dns.example:8443/dns-query#at=192.0.2.1',
];

campaign('resolvers', 1, (chance) => {
  orRefused(() => toUpstream(mutateText(chance, chance.any(upstreams) ?? '', upstreams)));
});

const asked = [
  '_smtp._tcp.mail.example',
  'b\u00fccher.example',
  'xn--bcher-kva.example.',
  '.',
  '*.example',
  'a\\.b.example',
];

campaign('[A36] names to be asked for', 1, (chance) => {
  const name = orRefused(() => toAskedName(mutateText(chance, chance.any(asked) ?? '', asked)));
  assert.match(name ?? '.', /^[!-~]*\.$/);
});

/** What is read; `undefined` where it is refused as its giver's mistake. */
function orRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof HastlsError && error.code === 'ERR_HASTLS_OPTION', String(error));
    return undefined;
  }
}
