import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HastlsError } from '#node/errors.js';
import { parseResolvConf, systemResolvers } from '#node/resolve/resolv-conf.js';
import { toUpstream } from '#node/resolve/upstream.js';

const good: readonly (readonly [url: string, transport: 'udp' | 'tcp', address: string, port: number])[] = [
  ['udp://127.0.0.1:5353', 'udp', '127.0.0.1', 5353],
  ['tcp://192.0.2.1', 'tcp', '192.0.2.1', 53],
  ['udp://[2001:db8::1]', 'udp', '2001:db8::1', 53],
  ['tcp://[::1]:65535/', 'tcp', '::1', 65535],
];
for (const [url, transport, address, port] of good)
  test(`${url} is a resolver`, () => assert.deepEqual(toUpstream(url), { url, transport, address, port }));

const pin = 'E9Cz6vDD3mTg0pUKqhrx9HZHvUk7ZBYXBUMRTXoaJYQ=';
const encrypted: readonly (readonly [url: string, upstream: object])[] = [
  ['tls://dns.example@192.0.2.1', { transport: 'tls', address: '192.0.2.1', port: 853, name: 'dns.example', pins: [] }],
  ['tls://[2001:db8::1]:8853', { transport: 'tls', address: '2001:db8::1', port: 8853, name: '2001:db8::1', pins: [] }],
  [
    `tls://192.0.2.1#pin-sha256=${pin}&pin-sha256=${pin}`,
    { transport: 'tls', address: '192.0.2.1', port: 853, name: undefined, pins: [pin, pin] },
  ],
  [
    `tls://dns.example@192.0.2.1/#pin-sha256=${pin}`,
    { transport: 'tls', address: '192.0.2.1', port: 853, name: 'dns.example', pins: [pin] },
  ],
  [
    'https://dns.example/dns-query',
    { transport: 'https', name: 'dns.example', address: undefined, port: 443, path: '/dns-query' },
  ],
  [
    'https://dns.example:8443/q/{?dns}#at=192.0.2.1',
    { transport: 'https', name: 'dns.example', address: '192.0.2.1', port: 8443, path: '/q/' },
  ],
  ['https://192.0.2.1/q', { transport: 'https', name: '192.0.2.1', address: undefined, port: 443, path: '/q' }],
  [
    'https://[2001:db8::1]/q#at=2001:db8::2',
    { transport: 'https', name: '2001:db8::1', address: '2001:db8::2', port: 443, path: '/q' },
  ],
];
for (const [url, upstream] of encrypted)
  test(`${url} is a resolver`, () => assert.deepEqual(toUpstream(url), { url, ...upstream }));

const bad: readonly (readonly [url: string, why: RegExp])[] = [
  ['127.0.0.1', /write it like/],
  ['udp://resolver.example', /IP address/],
  ['udp://2001:db8::1', /write it like/],
  ['udp://[127.0.0.1]', /IPv6 in brackets/],
  ['udp://127.0.0.1:0', /ports are/],
  ['udp://127.0.0.1:65536', /ports are/],
  ['udp://user@127.0.0.1', /write it like/],
  ['udp://127.0.0.1/path', /write it like/],
  ['ftp://127.0.0.1', /write it like/],
  ['udp://192.0.2.1#at=192.0.2.2', /write it like/],
  ['tls://dns.example', /IP address/],
  ['tls://dns example@192.0.2.1', /no name of a host/],
  ['tls://192.0.2.9@192.0.2.1', /no name of a host/],
  ['tls://192.0.2.1/dns-query', /write it like/],
  ['tls://192.0.2.1#', /write it like/],
  ['tls://192.0.2.1#pin-sha256=', /a pin is/],
  [`tls://192.0.2.1#pin-sha256=${pin}&x=1`, /a pin is/],
  [`tls://192.0.2.1#${pin}`, /a pin is/],
  ['https://dns.example', /the path too/],
  ['https://dns.example/', /the path too/],
  ['https://user@dns.example/dns-query', /write it like/],
  ['https://dns_example..org/dns-query', /IP address/],
  ['https://2001:db8::1/dns-query', /write it like/],
  ['https://dns.example/dns-query#at=dns.example', /the hint is/],
  ['https://dns.example/dns-query#192.0.2.1', /the hint is/],
  ['toString://192.0.2.1', /write it like/],
  ['', /write it like/],
  [`udp://${'1'.repeat(100_000)}`, /write it like/],
];
for (const [url, why] of bad)
  test(`"${url.slice(0, 40)}" is refused as the caller's mistake`, () =>
    assert.throws(
      () => toUpstream(url),
      (error) => error instanceof HastlsError && error.code === 'ERR_HASTLS_OPTION' && why.test(error.message),
    ));

const addresses = (text: string) => parseResolvConf(text).servers.map(({ address }) => address);

test('resolv.conf: the first three servers count, comments and nonsense do not', () => {
  const text = [
    '# nameserver 192.0.2.9',
    ';nameserver 192.0.2.9',
    'nameserver 192.0.2.1   # the first',
    '  nameserver\t2001:db8::1',
    'nameserver dns.example',
    'nameserver',
    'nameservers 192.0.2.9',
    'nameserver fe80::1%eth0\r',
    'nameserver 192.0.2.4',
    'search example.org',
  ].join('\n');
  assert.deepEqual(addresses(text), ['192.0.2.1', '2001:db8::1', 'fe80::1%eth0']);
  assert.equal(parseResolvConf(text).servers[1]?.url, 'udp://[2001:db8::1]');
});

const optionRows: readonly (readonly [line: string, patienceMs: number | undefined, rounds: number | undefined])[] = [
  ['', undefined, undefined],
  ['options ndots:2 timeout:1 attempts:3 rotate', 1000, 3],
  ['options timeout:99\noptions attempts:99', 30_000, 5],
  ['options timeout:0 attempts:0', undefined, undefined],
  ['options timeout:-1 attempts:x', undefined, undefined],
  ['options timeout:9\noptions timeout:2', 2000, undefined],
];
for (const [line, patienceMs, rounds] of optionRows)
  test(`resolv.conf: "${line.replace('\n', ' | ')}"`, () => {
    const read = parseResolvConf(line);
    assert.deepEqual([read.patienceMs, read.rounds], [patienceMs, rounds]);
  });

test('without a file, or without a server in it, the resolver of this machine is asked', () => {
  assert.deepEqual(
    systemResolvers('/nowhere/resolv.conf').servers.map(({ url }) => url),
    ['udp://127.0.0.1'],
  );
  assert.deepEqual(addresses('search example.org\n'), ['127.0.0.1']);
});
