import { concatBytes } from '../bytes/compare.ts';
import { text } from '../bytes/text.ts';
import { writer } from '../bytes/writer.ts';
import { canonical, type Name, writeName } from '../dns/name.ts';
import type { Nsec3Param } from '../dns/typed-rdata.ts';
import { LIMITS } from './limits.ts';
import type { Hashes } from './proof.ts';

/** How a zone hashes its names. */
type Hashing = Pick<Nsec3Param, 'salt' | 'iterations'>;

/** Hashes names for all of one proof, each once; `undefined` when that would be more work than a proof may cause. */
export type Nsec3Hasher = (hashing: Hashing) => (name: Name) => Uint8Array | undefined;

/** A hasher that has done nothing yet. */
export function createNsec3Hasher(hashes: Pick<Hashes, 'sha1'>): Nsec3Hasher {
  const known = new Map<string, Map<Name, Uint8Array>>();
  let rounds = 0;
  return (hashing) => {
    const key = `${hashing.iterations} ${text(hashing.salt)}`;
    const hashed = known.get(key) ?? new Map<Name, Uint8Array>();
    known.set(key, hashed);
    return (name) => {
      const held = hashed.get(canonical(name));
      if (held !== undefined) return held;
      rounds += hashing.iterations + 1;
      if (rounds > LIMITS.nsec3RoundsPerQuestion) return undefined;
      const hash = nsec3Hash(name, hashing, hashes);
      hashed.set(canonical(name), hash);
      return hash;
    };
  };
}

/** The hash that stands for a name. [RFC5155 §5] */
export function nsec3Hash(name: Name, { salt, iterations }: Hashing, { sha1 }: Pick<Hashes, 'sha1'>): Uint8Array {
  const wire = writer();
  writeName(wire, canonical(name));
  let hash = sha1(wire.bytes(salt).finish());
  const salted = concatBytes(hash, salt); // one for all rounds
  for (let turn = 0; turn < iterations; turn++) {
    salted.set(hash);
    hash = sha1(salted);
  }
  return hash;
}
