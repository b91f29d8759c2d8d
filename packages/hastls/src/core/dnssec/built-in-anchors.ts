import { fromHex } from '../bytes/hex.ts';
import { writer } from '../bytes/writer.ts';
import { ROOT } from '../dns/name.ts';
import { CLASS_IN } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import type { Anchor } from './proof.ts';

/** A root key as IANA publishes it: RSA/SHA-256, digest SHA-256. [RFC9718] */
const rootAnchor = (keyTag: number, digest: string): Anchor => ({
  zone: ROOT,
  record: {
    name: ROOT,
    type: TYPE.DS,
    class: CLASS_IN,
    ttl: 0,
    rdata: writer().uint16(keyTag).uint8(8).uint8(2).bytes(fromHex(digest)).finish(),
  },
});

/** The keys of the root: KSK-2017, and KSK-2024 that takes over from it on 11 October 2026. */
export const ROOT_ANCHORS: readonly Anchor[] = [
  rootAnchor(20326, 'e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d'),
  rootAnchor(38696, '683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16'),
];
