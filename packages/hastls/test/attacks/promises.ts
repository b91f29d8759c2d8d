import { offByDefault, profiles } from 'hastls/profiles';
import { createResolver } from 'hastls/resolve';
import type { Profile } from 'hastls/talk';
import {
  type Attack,
  createHierarchy,
  createZoneKey,
  type Edit,
  type Hierarchy,
  type ScriptedPeer,
  startDnsServer,
  startScriptedPeer,
} from 'hastls/testing';
import { parseName, sameName } from '#core/dns/index.js';
import { authority, stripped } from './client-attacks.ts';
import { type Client, SECRET } from './clients.ts';
import type { PromiseAttack, TruePromise } from './promise-attacks.ts';

export const all: readonly Profile[] = [...profiles, ...offByDefault.map((each) => each.profile)];
const hostOf = ({ name }: Profile): string => `${name}.example`;

/** A signed zone in which each service promises TLS, and keeps it. */
export interface World {
  readonly hierarchy: Hierarchy;
  readonly peers: ReadonlyMap<Profile, ScriptedPeer>;
  /** Whose TLS somebody takes away, as long as they are in here. */
  readonly stripped: Set<Profile>;
  promise(profile: Profile): TruePromise;
  close(): Promise<unknown>;
}

/** Starts a server for each profile, and has it promise TLS on its port. */
export async function startWorld(): Promise<World> {
  const identity = authority.issue(all.map(hostOf));
  const peers = new Map<Profile, ScriptedPeer>();
  const isStripped = new Set<Profile>();
  for (const profile of all) {
    const { greeting, answer } = stripped(profile);
    const onceIn = (edit: Edit) => (said: Uint8Array) => (isStripped.has(profile) ? edit(said) : said);
    const behaviour = { ...(greeting && { greeting: onceIn(greeting) }), ...(answer && { answer: onceIn(answer) }) };
    peers.set(profile, await startScriptedPeer({ profile, identity, behaviour }));
  }
  const portOf = (profile: Profile): number => peers.get(profile)?.port ?? 0;
  const keys = [createZoneKey(), createZoneKey()] as const;
  const at = Math.floor(Date.now() / 1000);
  const zones = (records: (profile: Profile) => string) => [
    { apex: '.', records: '', keys: [keys[0]] },
    { apex: 'example.', records: all.map(records).join('\n'), keys: [keys[1]] },
  ];
  const hierarchy = createHierarchy({
    at,
    zones: zones(
      (each) => `${each.name} A 127.0.0.1
_${each.service}._tcp.${each.name} HASTLS ${portOf(each)} ${portOf(each)} 1
_${each.service}._tcp.other-${each.name} HASTLS ${portOf(each)} 0 0`,
    ),
  });
  const old = createHierarchy({
    at: at - YEAR,
    zones: zones((each) => `_${each.service}._tcp.${each.name} HASTLS ${portOf(each)} 0 0`),
  });
  return {
    hierarchy,
    peers,
    stripped: isStripped,
    promise: (profile) => ({
      owner: `_${profile.service}._tcp.${hostOf(profile)}.`,
      other: `_${profile.service}._tcp.other-${hostOf(profile)}.`,
      port: portOf(profile),
      old,
    }),
    close: () => Promise.all([...peers.values()].map((peer) => peer.close())),
  };
}

/** How it ended for a client under attack, and for the same one when that was over. */
export interface Endured {
  readonly end: string;
  readonly told: string;
  readonly later: string;
  readonly saidInClear: boolean;
}

/** Lets a client go by a promise that is attacked, as its server is; and then by the same one, with what it remembers. */
export async function endure(
  client: Client,
  profile: Profile,
  row: Pick<PromiseAttack, 'attack' | 'stance' | 'dnsMs'>,
  world: World,
): Promise<Endured> {
  const promise = world.promise(profile);
  const peer = world.peers.get(profile);
  if (peer === undefined) throw new RangeError(`${profile.name} has no peer`);
  const owner = parseName(promise.owner);
  let attack: Attack | undefined = row.attack?.(promise);
  const dns = await startDnsServer((question) => {
    const { answer } = world.hierarchy;
    return (attack !== undefined && sameName(question.name, owner) ? attack(answer) : answer)(question);
  });
  const resolver = createResolver({
    servers: [dns.url],
    anchors: world.hierarchy.anchors,
    timeoutMs: row.dnsMs ?? DNS_MS,
  });
  const meet = () =>
    client({
      profile,
      url: `${profile.name}://${hostOf(profile)}:${promise.port}`,
      timeoutMs: PATIENCE_MS,
      isAttackedOverTls: false,
      how: { resolver, stance: row.stance },
    });
  try {
    if (attack !== undefined) world.stripped.add(profile);
    const { end, told } = await meet();
    world.stripped.delete(profile);
    attack = undefined;
    const { end: later } = await meet();
    return { end, told, later, saidInClear: peer.heard.includes(SECRET) };
  } finally {
    resolver.close();
    await dns.close();
  }
}

const YEAR = 365 * 86_400;
const DNS_MS = 10_000;
const PATIENCE_MS = 60_000;
