/**
 * The other way round: zones that other people's software signs and serves. BIND, ldns and Knot sign, each with NSEC,
 * NSEC3 and opt-out; BIND, NSD and Knot serve, so that each signer and each way of denial meets each server; Unbound
 * fetches, and our verdict is what the zones were made for.
 */

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnchors } from 'hastls/dnssec';
import { createResolver } from 'hastls/resolve';
import { NSD, startNsd } from './differential/nsd.ts';
import { DENIALS, type DenialKind, SIGNERS, type Signer } from './differential/signers.ts';
import { BIND, bind } from './peers/bind.ts';
import { KNOT, knot } from './peers/knot.ts';
import type { Zone } from './peers/name-server.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';
import { startUnbound, UNBOUND } from './peers/unbound.ts';

/** Everything whose canonical form has names in it, some to be lower-cased and some not. [RFC4034 §6.2] [RFC6840 §5.1] */
const TYPES: Readonly<Record<string, string>> = {
  A: '192.0.2.1',
  AAAA: '2001:DB8::1',
  TXT: '"One" "two ; three"',
  MX: '10 Mail.Example.',
  NS: 'Name.Server.Example.',
  SRV: '1 2 443 Target.Example.',
  NAPTR: '100 10 "u" "E2U+sip" "!^.*$!sip:Info@example.com!" Replacement.Example.',
  RP: 'Person.Example. Text.Example.',
  AFSDB: '1 Cell.Example.',
  KX: '10 Exchanger.Example.',
  PTR: 'Pointer.Example.',
  HINFO: '"CPU" "OS"',
  CAA: '0 issue "CA.example"',
  TLSA: '3 1 1 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF',
  TYPE65400: '\\# 6 001900190001',
  TYPE64999: '\\# 4 C0FFEE00',
};

const RECORDS = `host A 192.0.2.1
host A 192.0.2.3
host A 192.0.2.2
_smtp._tcp.host TYPE65400 \\# 6 001900190001
*.wild TXT "any"
here.wild A 192.0.2.4
alias CNAME host
alias-to-wild CNAME some.wild
alias-to-nothing CNAME nothing
alias-to-unsigned CNAME www.unsigned
alias-to-child CNAME www.child.deep
*.aliases CNAME host
tree DNAME branch
leaf.branch A 192.0.2.5
Mixed.Case MX 10 Upper.Example.
\\000.octets TXT "odd"
sp\\032ace.octets TXT "odd"
a\\.dot.octets TXT "odd"
\\255.octets TXT "odd"
${'l'.repeat(63)}.${'m'.repeat(63)}.${'n'.repeat(63)} A 192.0.2.10
unsigned NS ns.unsigned
ns.unsigned A 127.0.0.1
${Object.entries(TYPES)
  .filter(([type]) => type !== 'NS')
  .map(([type, data]) => `types ${type} ${data}`)
  .join('\n')}
`;

/** Name below the zone, type · what is proven of it · the same in a zone with opt-out, where that differs. */
const ROWS: readonly (readonly [name: string, type: string, expected: string, optOut?: string])[] = [
  ['@', 'SOA', 'secure data 1'],
  ['@', 'DNSKEY', 'secure data 2'],
  ['@', 'DS', 'secure data'],
  ['@', 'TXT', 'secure nodata 0'],
  ['host', 'A', 'secure data 3'],
  ['HOST', 'A', 'secure data 3'],
  ['host', 'TXT', 'secure nodata 0'],
  ['host', 'DS', 'secure nodata 0'],
  ['_smtp._tcp.host', 'TYPE65400', 'secure data 1'],
  ['_tcp.host', 'TYPE65400', 'secure nodata 0'],
  ['_imap._tcp.host', 'TYPE65400', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['nothing', 'A', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['nothing.at.all', 'A', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['x.wild', 'TXT', 'secure data 1', 'insecure data 1'],
  ['x.y.wild', 'TXT', 'secure data 1', 'insecure data 1'],
  ['*.wild', 'TXT', 'secure data 1'],
  ['x.wild', 'A', 'secure nodata 0', 'insecure nodata 0'],
  ['x.wild', 'DS', 'secure nodata 0', 'insecure nodata 0'],
  ['here.wild', 'TXT', 'secure nodata 0'],
  ['below.here.wild', 'TXT', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['wild', 'TXT', 'secure nodata 0'],
  ['alias', 'A', 'secure data 3'],
  ['alias', 'CNAME', 'secure data 1'],
  ['alias', 'TXT', 'secure nodata 0'],
  ['alias-to-wild', 'TXT', 'secure data 1', 'insecure data 1'],
  ['alias-to-nothing', 'A', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['alias-to-unsigned', 'A', 'insecure data 1'],
  ['alias-to-child', 'A', 'secure data 1'],
  ['x.aliases', 'A', 'secure data 3', 'insecure data 3'],
  ['tree', 'DNAME', 'secure data 1'],
  ['tree', 'A', 'secure nodata 0'],
  ['leaf.tree', 'A', 'secure data 1'],
  ['leaf.tree', 'CNAME', 'secure data 1'],
  ['nothing.tree', 'A', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['mixed.case', 'MX', 'secure data 1'],
  ['MIXED.Case', 'MX', 'secure data 1'],
  ['Case', 'MX', 'secure nodata 0'],
  ['\\000.octets', 'TXT', 'secure data 1'],
  ['sp\\032ace.octets', 'TXT', 'secure data 1'],
  ['a\\.dot.octets', 'TXT', 'secure data 1'],
  ['a.dot.octets', 'TXT', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ['\\255.octets', 'TXT', 'secure data 1'],
  ['\\254.octets', 'TXT', 'secure nxdomain 0', 'insecure nxdomain 0'],
  [`${'l'.repeat(63)}.${'m'.repeat(63)}.${'n'.repeat(63)}`, 'A', 'secure data 1'],
  [
    `${'k'.repeat(20)}.${'l'.repeat(63)}.${'m'.repeat(63)}.${'n'.repeat(63)}`,
    'A',
    'secure nxdomain 0',
    'insecure nxdomain 0',
  ],
  ['unsigned', 'NS', 'insecure data 1'],
  ['www.unsigned', 'A', 'insecure data 1'],
  ['nothing.unsigned', 'A', 'insecure nxdomain 0'],
  ['deep', 'A', 'secure nodata 0'],
  ['child.deep', 'DS', 'secure data'],
  ['www.child.deep', 'A', 'secure data 1'],
  ['www.child.deep', 'TXT', 'secure nodata 0'],
  ['nothing.child.deep', 'A', 'secure nxdomain 0', 'insecure nxdomain 0'],
  ...Object.keys(TYPES)
    .filter((type) => type !== 'NS')
    .map((type) => ['types', type, 'secure data 1'] as const),
  ['types', 'TYPE64998', 'secure nodata 0'],
];

live(
  'zones of other signers on other servers',
  [BIND, KNOT, NSD, UNBOUND, ...SIGNERS.map(({ need }) => need)],
  async (stage) => {
    const [bindPort = 0, nsdPort = 0, knotPort = 0, resolver = 0] = await freePorts(4);
    const homes = {
      bind: join(stage.home, 'bind'),
      knot: join(stage.home, 'knot'),
      signing: join(stage.home, 'signing'),
    };
    for (const each of Object.values(homes)) await mkdir(each);
    const [onBind, onKnot] = [bind(homes.bind, bindPort), knot(homes.knot, knotPort)];

    const families = await Promise.all(
      SIGNERS.flatMap((signer, row) =>
        DENIALS.map(async (denial, column) => ({
          ...(await family(homes.signing, signer, denial)),
          server: (row + column) % 3,
        })),
      ),
    );
    const anchor = await onBind.newKey('.');
    const root: Zone = {
      origin: '.',
      kind: 'signed',
      text: zoneText('.', families.flatMap(({ delegation }) => delegation).join('\n')),
    };
    const servedBy = (server: number) =>
      families.filter((each) => each.server === server).flatMap(({ zones }) => zones);
    await Promise.all([
      stage.keep(onBind.start([root, ...servedBy(0)])),
      stage.keep(startNsd(stage.home, nsdPort, servedBy(1))),
      stage.keep(onKnot.start(servedBy(2))),
    ]);
    const ports = [bindPort, nsdPort, knotPort];
    const zones = [
      { origin: '.', port: bindPort },
      ...families.flatMap((each) => each.zones.map(({ origin }) => ({ origin, port: ports[each.server] ?? 0 }))),
    ];
    await stage.keep(startUnbound(stage.home, { port: resolver, anchor, zones }));

    const anchors = readAnchors(anchor);
    assert.ok(anchors.ok);
    const ours = createResolver({ servers: [`udp://127.0.0.1:${resolver}`], anchors: anchors.value });
    for (const { origin, denial, leavesOut, server } of families)
      for (const [name, type, expected, optOut = expected] of [...ROWS, unsignedDs(leavesOut)]) {
        const wanted = denial === 'opt-out' ? optOut : expected;
        await stage.check(
          `${name} ${type} of ${origin} on ${['BIND', 'NSD', 'Knot'][server]} is ${wanted}`,
          async () => {
            const { proof, answer, records, because } = await ours.lookup(
              name === '@' ? origin : `${name}.${origin}`,
              type,
            );
            const found = `${proof} ${answer} ${records.length}`;
            assert.ok(found.startsWith(wanted), `${found}:\n${because.join('\n')}`);
          },
        );
      }
  },
);

const unsignedDs = (leavesOut: boolean) =>
  ['unsigned', 'DS', 'secure nodata 0', leavesOut ? 'insecure nodata 0' : 'secure nodata 0'] as const;

interface Family {
  readonly origin: string;
  readonly leavesOut: boolean;
  readonly denial: DenialKind;
  readonly zones: readonly Zone[];
  readonly delegation: readonly string[];
}

/** A zone, a signed one two labels below it, and an unsigned one. */
async function family(home: string, signer: Signer, denial: DenialKind): Promise<Family> {
  const origin = `${signer.name}-${denial}.`;
  const [child, unsigned] = [`child.deep.${origin}`, `unsigned.${origin}`];
  const below = await signer.sign(home, child, zoneText(child, 'www A 192.0.2.20'), denial);
  const cuts = [`${child} NS ns.${origin}`, ...below.ds].join('\n');
  const top = await signer.sign(home, origin, zoneText(origin, `${RECORDS}${cuts}`), denial);
  const asIs = (name: string, text: string): Zone => ({ origin: name, text, kind: 'unsigned' });
  return {
    origin,
    denial,
    leavesOut: signer.leavesOut,
    zones: [asIs(origin, top.text), asIs(child, below.text), asIs(unsigned, zoneText(unsigned, 'www A 192.0.2.21'))],
    delegation: [`${origin} NS ns.${origin}`, `ns.${origin} A 127.0.0.1`, ...top.ds],
  };
}

const zoneText = (origin: string, records: string): string => `$ORIGIN ${origin}
$TTL 300
@ SOA ns Host.Master 1 7200 3600 86400 60
@ NS ns
ns A 127.0.0.1
${records}
`;
