/** The worked examples of the RFCs, proven with the keys and at a time of which they hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RCODE, type ResourceRecord, ROOT, TYPE } from '#core/dns/index.js';
import { type Answerer, readRecords, response, spoilSignatures } from '#node/testing/index.js';
import { outcome } from './driver.js';
import { anchorsOf, bookOf, type Printed, type Printout, serverOf } from './rfc-zones.js';

const at = (date: string): number => Date.parse(date) / 1000;

/** [RFC4035 appendix A], as far as appendix B answers with it. */
const RFC4035: readonly Printed[] = [
  [
    'example.',
    'SOA',
    ['ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600'],
    'ONx0k36rcjaxYtcNgq6iQnpNV5+drqYAsC9h7TSJaHCqbhE67Sr6aH2xDUGcqQWu/n0UVzrFvkgO9ebarZ0GWDKcuwlM6eNB5SiX2K74l5LWDA7S/Un/IbtDq4Ay8NMNLQI7Dw7n4p8/rjkBjV7j86HyQgM5e7+miRAz8V01b0I=',
  ],
  [
    'example.',
    'NS',
    ['ns1.example.', 'ns2.example.'],
    'gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve8XqF4q+o9qlnqIzmppU3LiNeKT4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FRPGfJPajngcq6Kwg=',
  ],
  [
    'example.',
    'NSEC',
    ['a.example. NS SOA MX RRSIG NSEC DNSKEY'],
    'O0k558jHhyrC97ISHnislm4kLMW48C7U7cBmFTfhke5iVqNRVTB1STLMpgpbDIC9hcryoO0VZ9ME5xPzUEhbvGnHd5sfzgFVeGxr5Nyyq4tWSDBgIBiLQUv1ivy29vhXy7WgR62dPrZ0PWvmjfFJ5arXf4nPxp/kEowGgBRzY/U=',
  ],
  [
    'example.',
    'DNSKEY',
    [
      '256 3 5 AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==',
      '257 3 5 AQOeX7+baTmvpVHb2CcLnL1dMRWbuscRvHXlLnXwDzvqp4tZVKp1sZMepFb8MvxhhW3y/0QZsyCjczGJ1qk8vJe52iOhInKROVLRwxGpMfzPRLMlGybr51bOV/1se0ODacj3DomyB4QB5gKTYot/K9alk5/j8vfd4jWCWD+E1Sze0Q==',
    ],
    'ZxgauAuIj+k1YoVEOSlZfx41fcmKzTFHoweZxYnz99JVQZJ33wFS0Q0jcP7VXKkaElXk9nYJXevO/7nAbo88iWsMkSpSR6jWzYYKwfrBI/L9hjYmyVO9m6FjQ7uwM4dCP/bIuV/DKqOAK9NYNC3AHfvCV1Tp4VKDqxqG7R5tTVM=',
    9465,
  ],
  [
    'a.example.',
    'DS',
    ['57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B'],
    'oXIKit/QtdG64J/CB+Gi8dOvnwRvqrto1AdQoRkAN15FP3iZ7suB7gvTBmXzCjL7XUgQVcoHkdhyCuzp8W9qJHgRUSwKKkczSyuL64nhgjuDEML8l9wlWVsl7PR2VnZduM9bLyBhaaPmRKX/Fm+v6ccF2EGNLRiY08kdkz+XHHo=',
  ],
  [
    'b.example.',
    'NSEC',
    ['ns1.example. NS RRSIG NSEC'],
    'GNuxHn844wfmUhPzGWKJCPY5ttEX/RfjDoOx9ueK1PtYkOWKOOdiJ/PJKCYB3hYX+858dDWSxb2qnV/LSTCNVBnkm6owOpysY97MVj5VQEWs0lm9tFoqjcptQkmQKYPrwUnCSNwvvclSF1xZvhRXgWT7OuFXldoCG6TfVFMs9xE=',
  ],
  [
    'ns1.example.',
    'NSEC',
    ['ns2.example. A RRSIG NSEC'],
    'I4hj+Kt6+8rCcHcUdolks2S+Wzri9h3fHas81rGN/eILdJHN7JpV6lLGPIh/8fIBkfvdyWnBjjf1q3O7JgYO1UdI7FvBNWqaaEPJK3UkddBqZIaLi8Qr2XHkjq38BeQsbp8X0+6h4ETWSGT8IZaIGBLryQWGLw6Y6X8dqhlnxJM=',
  ],
  [
    'x.w.example.',
    'MX',
    ['1 xx.example.'],
    'Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qaYnDoN1DrWqmi9RJe4FoObkbcdm7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKHfxFQxPtLj8s32+k=',
  ],
  [
    '*.w.example.',
    'MX',
    ['1 ai.example.'],
    'OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=',
  ],
  [
    '*.w.example.',
    'NSEC',
    ['x.w.example. MX RRSIG NSEC'],
    'r/mZnRC3I/VIcrelgIcteSxDhtsdlTDt8ng9HSBlABOlzLxQtfgTnn8f+aOwJIAFe1Ee5RvU5cVhQJNP5XpXMJHfyps8tVvfxSAXfahpYqtx91gsmcV/1V9/bZAG55CefP9cM4Z9Y9NT9XQ8s1InQ2UoIv6tJEaaKkP701j8OLA=',
  ],
  [
    'x.y.w.example.',
    'NSEC',
    ['xx.example. MX RRSIG NSEC'],
    'OvE6WUzN2ziieJcvKPWbCAyXyP6ef8cr6CspArVSTzKSquNwbezZmkU7E34o5lmb6CWSSSpgxw098kNUFnHcQf/LzY2zqRomubrNQhJTiDTXa0ArunJQCzPjOYq5t0SLjm6qp6McJI1AP5VrQoKqJDCLnoAlcPOPKAm/jJkn3jk=',
  ],
  [
    'ai.example.',
    'A',
    ['192.0.2.9'],
    'pAOtzLP2MU0tDJUwHOKE5FPIIHmdYsCgTb5BERGgpnJluA9ixOyf6xxVCgrEJW0WNZSsJicdhBHXfDmAGKUajUUlYSAH8tS4ZnrhyymIvk3uArDu2wfT130e9UHnumaHHMpUTosKe22PblOy6zrTpg9FkS0XGVmYRvOTNYx2HvQ=',
  ],
  [
    'ai.example.',
    'AAAA',
    ['2001:db8::f00:baa9'],
    'nLcpFuXdT35AcE+EoafOUkl69KB+/e56XmFKkewXG2IadYLKAOBIoR5+VoQV3XgTcofTJNsh1rnF6Eav2zpZB3byI6yo2bwY8MNkr4A7cL9TcMmDwV/hWFKsbGBsj8xSCN/caEL2CWY/5XP2sZM6QjBBLmukH30+w1z3h8PUP2o=',
  ],
];

/** [RFC4035 appendix B]; a referral's denial is given as the answer to the question that it answers. */
const B4035: readonly Printout[] = [
  ['example. DNSKEY', 'NOERROR', ['example. DNSKEY'], []],
  ['x.w.example. MX', 'NOERROR', ['x.w.example. MX'], ['example. NS']],
  ['ml.example. A', 'NXDOMAIN', [], ['example. SOA', 'b.example. NSEC', 'example. NSEC']],
  ['ns1.example. MX', 'NOERROR', [], ['example. SOA', 'ns1.example. NSEC']],
  ['a.example. DS', 'NOERROR', ['a.example. DS'], []],
  ['b.example. DS', 'NOERROR', [], ['example. SOA', 'b.example. NSEC']],
  ['mc.b.example. DS', 'NOERROR', [], []],
  ['a.z.w.example. MX', 'NOERROR', ['*.w.example. MX as a.z.w.example.'], ['example. NS', 'x.y.w.example. NSEC']],
  ['a.z.w.example. AAAA', 'NOERROR', [], ['example. SOA', 'x.y.w.example. NSEC', '*.w.example. NSEC']],
  ['ai.example. A', 'NOERROR', ['ai.example. A'], []],
  ['ai.example. AAAA', 'NOERROR', ['ai.example. AAAA'], []],
  ['example. DS', 'NOERROR', [], ['example. SOA', 'example. NSEC']],
];

const book4035 = bookOf(RFC4035, { algorithm: 5, time: '20040509183619 20040409183619', keyTag: 38519 });
const keys = (book: typeof book4035) =>
  book('example. DNSKEY').filter(({ type, rdata }) => type === TYPE.DNSKEY && rdata[1] === 1);
const world4035 = {
  answer: serverOf(book4035, B4035, ['mc.b.example. MX 1 mx.b.example.']),
  anchors: anchorsOf(keys(book4035)),
};
const in2004 = { at: at('2004-05-01'), acceptSha1: true };

/** Section of the appendix · question · what is proven. */
const PROVEN_4035: readonly (readonly [section: string, asked: string, expected: string])[] = [
  ['B.1 answer', 'x.w.example. MX', 'secure data'],
  ['B.2 name error', 'ml.example. A', 'secure nxdomain'],
  ['B.3 no data error', 'ns1.example. MX', 'secure nodata'],
  ['B.4 referral to signed zone', 'a.example. DS', 'secure data'],
  ['B.5 referral to unsigned zone', 'mc.b.example. MX', 'insecure data'],
  ['B.5 its denial', 'b.example. DS', 'secure nodata'],
  ['B.6 wildcard expansion', 'a.z.w.example. MX', 'secure data'],
  ['B.6 additional address', 'ai.example. A', 'secure data'],
  ['B.6 additional address', 'ai.example. AAAA', 'secure data'],
  ['B.7 wildcard no data error', 'a.z.w.example. AAAA', 'secure nodata'],
];
for (const [section, asked, expected] of PROVEN_4035)
  test(`[RFC4035 appendix B] ${section}: ${asked} is ${expected}`, async () => {
    assert.equal(await outcome(asked, world4035, in2004), expected);
  });

test('[RFC4035 appendix B] B.8: what the child says of its own DS proves nothing, as no anchor is above', async () => {
  assert.equal(await outcome('example. DS', world4035, in2004), 'indeterminate error');
});

test('[RFC4035 appendix B] before and after their time the signatures prove nothing', async () => {
  for (const date of ['2004-04-09T18:36:18Z', '2004-05-09T18:36:20Z'])
    assert.equal(await outcome('x.w.example. MX', world4035, { ...in2004, at: at(date) }), 'bogus error', date);
});

/** [RFC5155 appendix A], as far as appendix B answers with it. */
const nsec3 = (hash: string, next: string, types: string, signature: string): Printed => [
  `${hash}.example.`,
  'NSEC3',
  [`1 1 12 aabbccdd ${next} ${types}`],
  signature,
];
const RFC5155: readonly Printed[] = [
  [
    'example.',
    'SOA',
    ['ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600'],
    'Hu25UIyNPmvPIVBrldN+9Mlp9Zql39qaUd8iq4ZLlYWfUUbbAS41pG+68z81q1xhkYAcEyHdVI2LmKusbZsT0Q==',
  ],
  [
    'example.',
    'NS',
    ['ns1.example.', 'ns2.example.'],
    'PVOgtMK1HHeSTau+HwDWC8Ts+6C8qtqd4pQJqOtdEVgg+MA+ai4fWDEhu3qHJyLcQ9tbD2vvCnMXjtz6SyObxA==',
  ],
  [
    'example.',
    'DNSKEY',
    [
      '256 3 7 AwEAAaetidLzsKWUt4swWR8yu0wPHPiUi8LUsAD0QPWU+wzt89epO6tHzkMBVDkC7qphQO2hTY4hHn9npWFRw5BYubE=',
      '257 3 7 AwEAAcUlFV1vhmqx6NSOUOq2R/dsR7Xm3upJj7IommWSpJABVfW8Q0rOvXdM6kzt+TAu92L9AbsUdblMFin8CVF3n4s=',
    ],
    'AuU4juU9RaxescSmStrQks3Gh9FblGBlVU31uzMZ/U/FpsUb8aC6QZS+sTsJXnLnz7flGOsmMGQZf3bH+QsCtg==',
    12708,
  ],
  [
    '*.w.example.',
    'MX',
    ['1 ai.example.'],
    'CikebjQwGQPwijVcxgcZcSJKtfynugtlBiKb9FcBTrmOoyQ4InoWVudhCWsh/URX3lc4WRUMivEBP6+4KS3ldA==',
  ],
  nsec3(
    '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom',
    '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
    'MX DNSKEY NS SOA NSEC3PARAM RRSIG',
    'OSgWSm26B+cS+dDL8b5QrWr/dEWhtCsKlwKLIBHYH6blRxK9rC0bMJPwQ4mLIuw85H2EY762BOCXJZMnpuwhpA==',
  ),
  nsec3(
    '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
    '2vptu5timamqttgl4luu9kg21e0aor3s',
    'A RRSIG',
    'OmBvJ1Vgg1hCKMXHFiNeIYHK9XVW0iLDLwJN4TFoNxZuP03gAXEI634YwOc4YBNITrj413iqNI6mRk/r1dOSUw==',
  ),
  nsec3(
    '35mthgpgcu1qg68fab165klnsnk3dpvl',
    'b4um86eghhds6nea196smvmlo4ors995',
    'NS DS RRSIG',
    'g6jPUUpduAJKRljUsN8gB4UagAX0NxY9shwQAynzo8EUWH+z6hEIBlUTPGj15eZll6VhQqgZXtAIR3chwgW+SA==',
  ),
  nsec3(
    'b4um86eghhds6nea196smvmlo4ors995',
    'gjeqe526plbf1g8mklp59enfd789njgi',
    'MX RRSIG',
    'ZkPG3M32lmoHM6pa3D6gZFGB/rhL//Bs3Omh5u4m/CUiwtblEVOaAKKZd7S959OeiX43aLX3pOv0TSTyiTxIZg==',
  ),
  nsec3(
    'ji6neoaepv8b5o6k4ev33abha8ht9fgc',
    'k8udemvp1j2f7eg6jebps17vp3n8i58h',
    '',
    'gPkFp1s2QDQ6wQzcg1uSebZ61W33rUBDcTj72F3kQ490fEdp7k1BUIfbcZtPbX3YCpE+sIt0MpzVSKfTwx4uYA==',
  ),
  nsec3(
    'k8udemvp1j2f7eg6jebps17vp3n8i58h',
    'kohar7mbb8dc2ce8a9qvl8hon4k53uhi',
    '',
    'FtXGbvF0+wf8iWkyo73enAuVx03klN+pILBKS6qCcftVtfH4yVzsEZquJ27NHR7ruxJWDNMtOtx7w9WfcIg62A==',
  ),
  nsec3(
    'q04jkcevqvmu85r014c7dkba38o0ji5r',
    'r53bq7cc2uvmubfu5ocmm6pers9tk9en',
    'A RRSIG',
    'hV5I89b+4FHJDATp09g4bbN0R1F845CaXpL3ZxlMKimoPAyqletMlEWwLfFia7sdpSzn+ZlNNlkxWcLsIlMmUg==',
  ),
  nsec3(
    'r53bq7cc2uvmubfu5ocmm6pers9tk9en',
    't644ebqk9bibcna874givr6joj62mlhv',
    'MX RRSIG',
    'aupviViruXs4bDg9rCbezzBMf9h1ZlDvbW/CZFKulIGXXLj8B/fsDJarXVDA9bnUoRhEbKp+HF1FWKW7RIJdtQ==',
  ),
];

const [APEX, NS1, A, XW, YW, W, NS2, WILD] = [
  '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom',
  '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
  '35mthgpgcu1qg68fab165klnsnk3dpvl',
  'b4um86eghhds6nea196smvmlo4ors995',
  'ji6neoaepv8b5o6k4ev33abha8ht9fgc',
  'k8udemvp1j2f7eg6jebps17vp3n8i58h',
  'q04jkcevqvmu85r014c7dkba38o0ji5r',
  'r53bq7cc2uvmubfu5ocmm6pers9tk9en',
].map((hash) => `${hash}.example. NSEC3`) as [string, string, string, string, string, string, string, string]; // eight in, eight out

/** [RFC5155 appendix B]. */
const B5155: readonly Printout[] = [
  ['example. DNSKEY', 'NOERROR', ['example. DNSKEY'], []],
  ['a.c.x.w.example. A', 'NXDOMAIN', [], ['example. SOA', APEX, XW, A]],
  ['ns1.example. MX', 'NOERROR', [], ['example. SOA', NS1]],
  ['y.w.example. A', 'NOERROR', [], ['example. SOA', YW]],
  ['c.example. DS', 'NOERROR', [], [A, APEX]],
  ['a.z.w.example. MX', 'NOERROR', ['*.w.example. MX as a.z.w.example.'], ['example. NS', NS2]],
  ['a.z.w.example. AAAA', 'NOERROR', [], ['example. SOA', W, NS2, WILD]],
  ['example. DS', 'NOERROR', [], ['example. SOA', APEX]],
];

const book5155 = bookOf(RFC5155, { algorithm: 7, time: '20150420235959 20051021000000', keyTag: 40430 });
const world5155 = {
  answer: serverOf(book5155, B5155, ['mc.c.example. MX 1 mx.c.example.']),
  anchors: anchorsOf(keys(book5155)),
};
const in2010 = { at: at('2010-01-01'), acceptSha1: true, minRsaBits: 512 };

/** All NSEC3 records have the opt-out flag, so that no absence that rests on a span is secure. [RFC5155 §9.2] */
const PROVEN_5155: readonly (readonly [section: string, asked: string, expected: string])[] = [
  ['B.1 name error', 'a.c.x.w.example. A', 'insecure nxdomain'],
  ['B.2 no data error', 'ns1.example. MX', 'secure nodata'],
  ['B.2.1 empty non-terminal', 'y.w.example. A', 'secure nodata'],
  ['B.3 referral to an opt-out unsigned zone', 'mc.c.example. MX', 'insecure data'],
  ['B.4 wildcard expansion', 'a.z.w.example. MX', 'insecure data'],
  ['B.5 wildcard no data error', 'a.z.w.example. AAAA', 'insecure nodata'],
  ['B.6 what the child says of its own DS', 'example. DS', 'indeterminate error'],
];
for (const [section, asked, expected] of PROVEN_5155)
  test(`[RFC5155 appendix B] ${section}: ${asked} is ${expected}`, async () => {
    assert.equal(await outcome(asked, world5155, in2010), expected);
  });

test('[RFC5155 appendix B] without its own switches the zone has keys that are too old and too short', async () => {
  const { acceptSha1, minRsaBits, ...plain } = in2010;
  assert.equal(await outcome('ns1.example. MX', world5155, { ...plain, minRsaBits }), 'indeterminate error');
  assert.equal(await outcome('ns1.example. MX', world5155, { ...plain, acceptSha1 }), 'bogus error');
});

/**
 * One record, its signature and the key, as the RFC prints them; RFC 8080's as its erratum 4935 mends them. The keys
 * count as proven, as no RFC prints their own signatures.
 */
const EXAMPLES: readonly (readonly [rfc: string, asked: string, date: string, lines: string, anchor: string])[] = [
  [
    'RFC5702 §6.1',
    'www.example.net. A',
    '2026-01-01',
    `
www.example.net. A 192.0.2.91
www.example.net. RRSIG A 8 3 3600 20300101000000 20000101000000 9033 example.net. kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==`,
    'example.net. DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=',
  ],
  [
    'RFC5702 §6.2',
    'www.example.net. A',
    '2026-01-01',
    `
www.example.net. A 192.0.2.91
www.example.net. RRSIG A 10 3 3600 20300101000000 20000101000000 3740 example.net. tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=`,
    'example.net. DNSKEY 256 3 10 AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL',
  ],
  [
    'RFC6605 §6.1',
    'www.example.net. A',
    '2010-09-01',
    `
www.example.net. A 192.0.2.1
www.example.net. RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==`,
    'example.net. DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
  ],
  [
    'RFC6605 §6.2',
    'www.example.net. A',
    '2010-09-01',
    `
www.example.net. A 192.0.2.1
www.example.net. RRSIG A 14 3 3600 20100909102025 20100812102025 10771 example.net. /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm`,
    'example.net. DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40',
  ],
  [
    'RFC8080 §6.1',
    'example.com. MX',
    '2015-08-01',
    `
example.com. MX 10 mail.example.com.
example.com. RRSIG MX 15 2 3600 1440021600 1438207200 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==`,
    'example.com. DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
  ],
  [
    'RFC8080 §6.1',
    'example.com. MX',
    '2015-08-01',
    `
example.com. MX 10 mail.example.com.
example.com. RRSIG MX 15 2 3600 1440021600 1438207200 35217 example.com. zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==`,
    'example.com. DNSKEY 257 3 15 zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=',
  ],
  [
    'RFC8080 §6.2',
    'example.com. MX',
    '2015-08-01',
    `
example.com. MX 10 mail.example.com.
example.com. RRSIG MX 16 2 3600 1440021600 1438207200 9713 example.com. 3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA`,
    'example.com. DNSKEY 257 3 16 3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA',
  ],
  [
    'RFC8080 §6.2',
    'example.com. MX',
    '2015-08-01',
    `
example.com. MX 10 mail.example.com.
example.com. RRSIG MX 16 2 3600 1440021600 1438207200 38353 example.com. E1/oLjSGIbmLny/4fcgM1z4oL6aqo+izT3urCyHyvEp4Sp8Syg1eI+lJ57CSnZqjJP41O/9l4m0AsQ4f7qI1gVnML8vWWiyW2KXhT9kuAICUSxv5OWbf81Rq7Yu60npabODB0QFPb/rkW3kUZmQ0YQUA`,
    'example.com. DNSKEY 257 3 16 kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3tDjeMCJcVMRDmgcNLp5HlHAMy12VoISsA',
  ],
];
for (const [rfc, asked, date, lines, anchor] of EXAMPLES)
  test(`[${rfc}] ${asked} is secure by ${anchor.slice(0, 40)}…`, async () => {
    const keys = readRecords(anchor, ROOT);
    const [{ name: zone } = { name: ROOT }] = keys;
    const answer = serverThatSays(readRecords(lines.trim(), ROOT));
    const known = () => ({ zone, proof: 'secure' as const, keys, expires: Number.POSITIVE_INFINITY, chain: [] });
    const settings = { at: at(date), minRsaBits: 512, known };
    assert.equal(await outcome(asked, { answer, anchors: anchorsOf(keys) }, settings), 'secure data');
    assert.equal(
      await outcome(asked, { answer: spoilSignatures(answer), anchors: anchorsOf(keys) }, settings),
      'bogus error',
    );
  });

const serverThatSays =
  (answers: readonly ResourceRecord[]): Answerer =>
  (asked) =>
    response(asked, RCODE.NOERROR, answers);
