import { ownerName } from 'hastls/dns';
import type { Profile } from 'hastls/talk';
import { type Authority, type Identity, type Interference, selfSigned, startWire, type Wire } from 'hastls/testing';
import type { Application } from './application.ts';
import { type DoorOptions, openDoor } from './door.ts';
import type { DoorPorts, Kind } from './kinds.ts';
import { type Loot, type Tampering, tamperings } from './tampering.ts';
import { weapons } from './weapons.ts';

/** One name in the lab, and what a connection to it meets. */
export interface Host extends Service, Situation {
  readonly name: string;
  readonly ports: Partial<DoorPorts>;
  /** Data of its HASTLS records. */
  readonly promise: readonly string[];
  /** Its records as lines of a master file. */
  readonly records: readonly string[];
  /** What clients let others read on the way to this host, since the last `forget()`. */
  heard(): Uint8Array;
  forget(): void;
}

/** What a host's name says about it beside its kind. */
interface Situation {
  /** Who sits on the way to it. */
  readonly tampering: Tampering | undefined;
  /** Whether the name stands in the signed zone. */
  readonly signed: boolean;
}

/** What a host needs from the lab. */
export interface Site {
  readonly authority: Authority;
  readonly zones: { readonly signed: string; readonly unsigned: string };
  /** The next port to open; 0 for any. */
  nextPort(): number;
  /** Remembers what is to be closed in the end. */
  keep<T extends { close(): Promise<void> }>(opened: T): T;
}

/** What runs behind some hosts. */
export interface Service {
  readonly profile: Profile;
  readonly application: Application;
  readonly kind: Kind;
}

/** Starts one server, and all hosts that lead to it: honestly, and by way of each attacker who can do something to it. */
export async function startHosts(service: Service, site: Site): Promise<readonly Host[]> {
  const situations: readonly Situation[] = [
    { tampering: undefined, signed: true },
    { tampering: undefined, signed: false },
    ...tamperings.filter((each) => canHarm(each, service.kind)).map((tampering) => ({ tampering, signed: true })),
  ];
  // ports are taken before anything is waited for: always the same ones
  const places = situations.map((situation) => ({
    situation,
    wanted: { plain: site.nextPort(), tls: site.nextPort() },
  }));
  const names = [nameOf(service, site.zones.signed), nameOf(service, site.zones.unsigned)].flatMap((name) => [
    name,
    `*.${name}`,
  ]);
  const loot = lootOf(names, site);
  const doors = await openDoors(service, site.authority.issue(names), site);
  return Promise.all(
    places.map(async ({ situation, wanted }) => {
      const wires = await layWires(doors, wanted, attackers(situation.tampering, service, loot), site);
      return toHost(service, situation, wires, site);
    }),
  );
}

const nameOf = ({ kind, application }: Service, zone: string): string => `${kind.name}.${application.name}.${zone}`;

function toHost(service: Service, situation: Situation, wires: Doors<Wire>, { zones }: Site): Host {
  const bare = nameOf(service, situation.signed ? zones.signed : zones.unsigned);
  const name = situation.tampering === undefined ? bare : `${situation.tampering.name}.${bare}`;
  const ports = portsOf(wires);
  const promise = service.kind.promise({ plain: 0, tls: 0, ...ports });
  const owner = ownerName(service.profile.service, name);
  return {
    ...service,
    ...situation,
    name,
    ports,
    promise,
    records: [`${name}. A 127.0.0.1`, ...promise.map((data) => `${owner}. HASTLS ${data}`)],
    heard: () => Buffer.concat([wires.plain, wires.tls].map((wire) => wire?.heard() ?? new Uint8Array())),
    forget() {
      wires.plain?.forget();
      wires.tls?.forget();
    },
  };
}

const offersUpgrade = ({ plain }: Kind): boolean => plain === 'tls-possible' || plain === 'tls-first';

const servesPlaintext = ({ plain }: Kind): boolean => plain === 'no-tls' || plain === 'tls-possible';

const canHarm = ({ noticed, demands }: Tampering, kind: Kind): boolean =>
  (demands === true && servesPlaintext(kind)) ||
  (noticed.inBand !== undefined && offersUpgrade(kind)) ||
  (noticed.implicit !== undefined && kind.implicit === true);

type Doors<T> = { readonly [door in keyof DoorPorts]: T | undefined };

async function openDoors(service: Service, identity: Identity, { keep }: Site): Promise<Doors<number>> {
  const { profile, application, kind } = service;
  const open = async (door: DoorOptions['door']) =>
    keep(await openDoor({ profile, application, door, identity, host: kind.name })).port;
  return {
    plain: kind.plain && (await open(kind.plain)),
    tls: kind.implicit && (await open('tls')),
  };
}

async function layWires(
  doors: Doors<number>,
  wanted: DoorPorts,
  attackers: Doors<Interference>,
  { keep }: Site,
): Promise<Doors<Wire>> {
  const lay = async (door: keyof DoorPorts) => {
    const [to, interference] = [doors[door], attackers[door]];
    if (to === undefined) return undefined;
    return keep(await startWire({ to, port: wanted[door], ...(interference && { interference }) }));
  };
  const [plain, tls] = await Promise.all([lay('plain'), lay('tls')]);
  return { plain, tls };
}

function attackers(tampering: Tampering | undefined, { profile }: Service, loot: Loot): Doors<Interference> {
  const arms = weapons[profile.name];
  return { plain: arms && tampering?.inBand(arms, loot), tls: tampering?.implicit?.(loot) };
}

const portsOf = ({ plain, tls }: Doors<Wire>): Partial<DoorPorts> => ({
  ...(plain && { plain: plain.port }),
  ...(tls && { tls: tls.port }),
});

const DAY = 86_400_000;

const lootOf = (names: readonly string[], { authority, zones }: Site): Loot => ({
  forged: selfSigned(names),
  elsewhere: authority.issue([`elsewhere.${zones.signed}`]),
  expired: authority.issue(names, {
    notBefore: new Date(Date.now() - 400 * DAY),
    notAfter: new Date(Date.now() - 35 * DAY),
  }),
});
