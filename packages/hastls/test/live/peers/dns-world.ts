import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BIND, bind } from './bind.ts';
import type { Need } from './commands.ts';
import { KNOT, knot } from './knot.ts';
import type { NameServer, Zone } from './name-server.ts';
import { freePorts } from './peer.ts';
import type { Stage } from './stage.ts';
import { startUnbound, UNBOUND } from './unbound.ts';

/** A host of the test zones, and what it promises: for a service `_app._tcp`, records of three numbers each. */
export interface Host {
  readonly name: string;
  readonly address?: string;
  readonly promises: Readonly<Record<string, readonly (readonly [ins: number, sec: number, pref: number])[]>>;
}

/** The names under which each server holds the hosts: signed, with a child that is not, and one that was tampered with. */
export const PARENTS = ['knot.test', 'bind.test'] as const;

/** The DNS as one client sees it. */
export interface DnsWorld {
  /** Unbound, which lets a client that sets CD see what did not validate. */
  readonly resolver: number;
  /** Unbound, which does not. */
  readonly closedResolver: number;
  /** The root's DS record as a zone-file line, and the file that holds it. */
  readonly anchor: string;
  readonly anchorFile: string;
}

export const DNS: readonly Need[] = [BIND, KNOT, UNBOUND];

/**
 * A DNS with a root of its own: BIND serves the root and `bind.test`, Knot serves `knot.test`; below each of the two,
 * `unsigned` has no DS record and `bogus` a promise that was changed after signing. Two Unbounds recurse into it.
 */
export async function startDnsWorld(
  stage: Stage,
  hosts: readonly Host[],
  furtherLines: readonly string[] = [],
): Promise<DnsWorld> {
  const [bindPort = 0, knotPort = 0, resolver = 0, closedResolver = 0] = await freePorts(4);
  const homes = { knot: join(stage.home, 'knot'), bind: join(stage.home, 'bind') };
  for (const each of Object.values(homes)) await mkdir(each);
  const [onBind, onKnot] = [bind(homes.bind, bindPort), knot(homes.knot, knotPort)];

  const lines = [...hosts.flatMap(hostLines), ...furtherLines];
  const ofBind = await family('bind.test.', onBind, lines);
  const ofKnot = await family('knot.test.', onKnot, lines);
  const anchor = await onBind.newKey('.');
  const root: Zone = { origin: '.', kind: 'signed', text: zone('.', [...ofBind.delegation, ...ofKnot.delegation]) };
  await Promise.all([stage.keep(onBind.start([root, ...ofBind.zones])), stage.keep(onKnot.start(ofKnot.zones))]);

  const zones = [
    ...[root, ...ofBind.zones].map(({ origin }) => ({ origin, port: bindPort })),
    ...ofKnot.zones.map(({ origin }) => ({ origin, port: knotPort })),
  ];
  await Promise.all([
    stage.keep(startUnbound(stage.home, { port: resolver, anchor, zones })),
    stage.keep(startUnbound(stage.home, { port: closedResolver, anchor, zones, heedsCheckingDisabled: false })),
  ]);
  const anchorFile = join(stage.home, 'anchors');
  await writeFile(anchorFile, `${anchor}\n`);
  return { resolver, closedResolver, anchor, anchorFile };
}

interface Family {
  readonly zones: readonly Zone[];
  /** What the parent says of it. */
  readonly delegation: readonly string[];
}

async function family(origin: string, server: NameServer, lines: readonly string[]): Promise<Family> {
  const [unsigned, bogus] = [`unsigned.${origin}`, `bogus.${origin}`];
  const children = [`${unsigned} NS ns.${origin}`, `${bogus} NS ns.${origin}`, await server.newKey(bogus)];
  return {
    zones: [
      { origin, kind: 'signed', text: zone(origin, [...lines, ...children]) },
      { origin: unsigned, kind: 'unsigned', text: zone(unsigned, lines) },
      { origin: bogus, kind: 'broken', text: zone(bogus, lines) },
    ],
    delegation: [`${origin} NS ns.${origin}`, `ns.${origin} A 127.0.0.1`, await server.newKey(origin)],
  };
}

const zone = (origin: string, lines: readonly string[]): string =>
  [
    `$ORIGIN ${origin}`,
    '$TTL 300',
    '@ SOA ns hostmaster 1 7200 3600 86400 60',
    '@ NS ns',
    'ns A 127.0.0.1',
    ...lines,
    '',
  ].join('\n');

function hostLines({ name, address = '127.0.0.1', promises }: Host): readonly string[] {
  const records = Object.entries(promises).flatMap(([service, each]) =>
    each.map((numbers) => `${service}.${name} TYPE65400 \\# 6 ${numbers.map(twoOctets).join('')}`),
  );
  return [`${name} A ${address}`, ...records];
}

const twoOctets = (number: number): string => number.toString(16).padStart(4, '0');
