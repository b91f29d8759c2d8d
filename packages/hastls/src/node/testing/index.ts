/**
 * The world to test against: what hastls is tested with, for testing your own policies and programs with.
 *
 * A *hierarchy* is a set of DNS zones, signed as they are asked for, that answer together like a recursive server;
 * `startDnsServer` puts it on the wire. An *attack* stands between an answerer and its victim, and attacks can be
 * chained: `attacked(hierarchy.answer, stripSignatures)`.
 *
 * A *wire* leads to a port of this machine: it remembers what clients let others read, and whoever sits on it can change
 * every line that is said before TLS, or take the server's place with a certificate from `createAuthority` or
 * `selfSigned`.
 *
 * A *scripted peer* is a server that speaks a profile's protocol as it should, but for what its script says: it hides or
 * refuses the upgrade, injects, falls silent, or begins TLS where and as it should not.
 *
 * A wire with `edits` has a man in the middle who drops, repeats, replaces, splits or adds to what two honest ends say.
 *
 * `duet` lets a client's and a server's conversation talk to each other, without a socket.
 */
export { duet } from '../../core/talk/duet.ts';
export * from './attacks.ts';
export { type Authority, createAuthority, type Identity, type LeafOptions, selfSigned } from './certificate.ts';
export { type Clause, contract } from './contract.ts';
export type { DenialKind } from './denial.ts';
export { type DnsServer, type DnsServerOptions, startDnsServer } from './dns-server.ts';
export { edits, type WireEdit } from './edits.ts';
export { type Answerer, createHierarchy, type Hierarchy, type HierarchyOptions, response } from './hierarchy.ts';
export {
  type CheckOptions,
  type CheckReport,
  type Claim,
  checkProfile,
  type Explored,
  type Fault,
  type Plans,
} from './model/index.ts';
export { readRecords } from './records.ts';
export {
  type Behaviour,
  type Edit,
  type ScriptedPeer,
  type ScriptedPeerOptions,
  startScriptedPeer,
} from './scripted-peer.ts';
export { signRrset, type Validity } from './signer.ts';
export { type Ears, type Grip, type Interference, startWire, type Wire, type WireOptions } from './wire.ts';
export type { ZoneOptions } from './zone.ts';
export {
  collidingKeys,
  createZoneKey,
  type DigestType,
  dnskeyRdata,
  dsRdata,
  type KeyAlgorithm,
  revoke,
  type ZoneKey,
  type ZoneKeyOptions,
} from './zone-key.ts';
