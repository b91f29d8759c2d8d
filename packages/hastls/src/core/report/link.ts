import { toHex } from '../bytes/hex.ts';
import { parsed } from '../bytes/parsed.ts';
import { toBase32hex } from '../bytes/radix.ts';
import { labels } from '../dns/name.ts';
import { rdataToText } from '../dns/rdata.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { typesOf } from '../dns/type-bitmap.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import { KEY_FLAG, keyTag, OPT_OUT, readDnskey, readDs, readNsec, readNsec3 } from '../dns/typed-rdata.ts';
import { algorithmToText, digestToText } from '../dnssec/algorithms.ts';
import type { Link, Shown } from '../dnssec/proof.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { type RecordObject, recordObject } from './record-object.ts';
import { rfc3339 } from './rfc3339.ts';
import { leaf, type Tree } from './tree.ts';

/** One step of a proof, as programs are told it. */
export interface LinkObject {
  readonly kind: Link['kind'];
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  /** Who signed it, with what, and from when until when; null where nobody did: anchors, and what is not there. */
  readonly keyTag: number | null;
  readonly algorithm: number | null;
  readonly inception: string | null;
  readonly expiration: string | null;
  readonly records: readonly RecordObject[];
  /** RDATA of the RRSIG record. */
  readonly signature: string | null;
  readonly shows: readonly Shown[];
  readonly says: string;
}

/** A step of a proof as programs are told it. */
export const linkObject = (link: Link, hastlsType: number): LinkObject => ({
  kind: link.kind,
  zone: link.zone,
  name: link.name,
  type: typeToText(link.type, hastlsType),
  keyTag: link.keyTag ?? null,
  algorithm: link.algorithm ?? null,
  inception: link.inception === undefined ? null : rfc3339(link.inception),
  expiration: link.expiration === undefined ? null : rfc3339(link.expiration),
  records: (link.records ?? []).map((each) => recordObject(each, hastlsType)),
  signature: link.signature === undefined ? null : rdataToText(TYPE.RRSIG, link.signature.rdata, hastlsType),
  shows: link.shows ?? [],
  says: printable(link.says),
});

/** A step of a proof as people are told it: who signed what, for how long, and below it whom that vouches for or what it denies. */
export function linkTree(link: Link, paint: Paint): Tree {
  const { records = [], shows = [] } = link;
  const details = records.flatMap((record) => {
    const detail = parsed(() => DETAILS[record.type]?.(record, link));
    return detail.ok && detail.value !== undefined ? [detail.value] : [];
  });
  return {
    says: `${printable(titleOf(link))}${paint.faint(spanOf(link))}`,
    below: [
      ...shows.map(({ how, name }) => leaf(printable(`${SHOWN[how]} ${name}`))),
      ...details.map((each) => leaf(paint.faint(printable(each)))),
    ],
  };
}

function titleOf({ kind, name, type, keyTag: signer, says }: Link): string {
  switch (kind) {
    case 'anchor':
      return 'trust anchor';
    case 'insecure-delegation':
      return says;
    case 'dnskey':
    case 'denial':
      return `${typeToText(type)} signed by key ${signer}`;
    case 'ds':
    case 'rrset':
    case 'alias':
      return `${typeToText(type)} of ${name} signed by key ${signer}`;
  }
}

const spanOf = ({ inception, expiration }: Link): string =>
  inception === undefined || expiration === undefined ? '' : `, ${rfc3339(inception)} to ${rfc3339(expiration)}`;

const SHOWN: Readonly<Record<Shown['how'], string>> = {
  matches: 'all there is at',
  covers: 'there is no',
  empty: 'nothing but names below it has',
};

/** What is worth knowing of a record on which others rest. @throws RangeError when it is none. */
const DETAILS: Readonly<Record<number, ((record: ResourceRecord, link: Link) => string) | undefined>> = {
  [TYPE.DS]({ rdata }) {
    const { keyTag: tag, algorithm, digestType, digest } = readDs(rdata);
    return `key ${tag}, ${algorithmToText(algorithm)}, ${digestToText(digestType)} ${toHex(digest).toUpperCase()}`;
  },
  [TYPE.DNSKEY]({ rdata }, { kind, keyTag: signer }) {
    const { algorithm, flags } = readDnskey(rdata);
    const tag = keyTag(rdata);
    const roles = [
      ...((flags & KEY_FLAG.entryPoint) === 0 ? [] : ['entry point']),
      ...((flags & KEY_FLAG.revoked) === 0 ? [] : ['revoked']),
      ...(kind === 'dnskey' && tag === signer ? ['signed these keys'] : []),
    ];
    return [`key ${tag}`, algorithmToText(algorithm), ...roles].join(', ');
  },
  [TYPE.NSEC]({ name, rdata }) {
    const { next, bitmap } = readNsec(rdata);
    return `${name} has ${types(bitmap)}, and nothing comes between it and ${next}`;
  },
  [TYPE.NSEC3]({ name, rdata }) {
    const { nextHash, bitmap, iterations, salt, flags } = readNsec3(rdata);
    const nothing = (flags & OPT_OUT) === 0 ? 'nothing' : 'nothing signed (opt-out)';
    const salted = salt.length === 0 ? 'no salt' : `salt ${toHex(salt).toUpperCase()}`;
    const hashing = `${salted}, ${iterations} ${iterations === 1 ? 'iteration' : 'iterations'}`;
    return `${labels(name)[0]} has ${types(bitmap)}, and ${nothing} comes between it and ${toBase32hex(nextHash)} (${hashing})`;
  },
};

function types(bitmap: Uint8Array): string {
  const all = typesOf(bitmap).map((type) => typeToText(type));
  return all.length === 0 ? 'nothing' : all.join(' ');
}
