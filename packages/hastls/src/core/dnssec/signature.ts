import { parsed } from '../bytes/parsed.ts';
import { canonicalRrset, signatureLabels, signedOctetsOf } from '../dns/canonical.ts';
import { isWithin, type Name, ROOT, sameName } from '../dns/name.ts';
import { CLASS_IN, type ResourceRecord } from '../dns/resource-record.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import { algorithmToText } from './algorithms.ts';
import { bogus, type Failure, isFailure, limitReached, SIGN_ANEW, within } from './failure.ts';
import { type Key, keyComplaint } from './key.ts';
import { LIMITS } from './limits.ts';
import type { Given, Link, Need } from './proof.ts';
import type { Rrset, Signature } from './rrset.ts';
import type { Session } from './session.ts';

/** An RRset whose signature holds. */
export interface Verified {
  /** The records, their TTL cut to what the signature allows. */
  readonly records: readonly ResourceRecord[];
  readonly expires: number;
  readonly originalTtl: number;
  /** Seconds for which the signature holds. */
  readonly validFor: number;
  /** Labels of the closest encloser, when the records were expanded from its wildcard: that still needs a proof. */
  readonly expandedFrom: number | undefined;
  readonly link: Link;
}

/** Finds one signature of the zone that holds over the RRset; any one suffices. [RFC4035 §5.3] [RFC6840 §5.11] */
export function* verifyRrset(
  session: Session,
  rrset: Rrset,
  zone: Name,
  keys: readonly Key[],
): Generator<Need, Verified | Failure, Given> {
  const what = `${typeToText(rrset.type)} of ${rrset.name}`;
  const signatures = rrset.signatures.filter(({ signer }) => sameName(signer, zone) && maySign(signer, rrset));
  if (signatures.length === 0) return session.unsigned(what, zone);
  let complaint: Failure | undefined;
  let canonicalSet: readonly ResourceRecord[] | undefined;
  let checks = 0;
  for (const signature of signatures) {
    const candidates = candidateKeys(session, rrset, signature, keys);
    if (isFailure(candidates)) {
      complaint ??= candidates;
      continue;
    }
    const octets = parsed(() => {
      canonicalSet ??= canonicalRrset(rrset.records); // once, however many signatures there are
      return signedOctetsOf(signature, canonicalSet);
    });
    if (!octets.ok) return within(what, bogus(octets.why));
    for (const { algorithm, publicKey } of candidates) {
      if (++checks > LIMITS.checksPerRrset) return within(what, limitReached('checksPerRrset'));
      const check = { algorithm, publicKey, signed: octets.value, signature: signature.signature };
      const valid = yield* session.check(check);
      if (valid === true) return verified(session, rrset, signature);
      if (isFailure(valid)) return within(what, valid);
    }
    complaint ??= bogus(
      `the signature by key ${signature.keyTag} does not hold: the records or the signature were changed: ${SIGN_ANEW}`,
    );
  }
  return within(what, complaint ?? bogus('no signature holds'));
}

/** Whether a zone of this name is where the RRset belongs: a DS belongs to the zone above. [RFC4035 §5.3.1] */
export const maySign = (signer: Name, { name, type }: { readonly name: Name; readonly type: number }): boolean =>
  isWithin(name, signer) && !(type === TYPE.DS && name !== ROOT && sameName(name, signer));

/** The keys that a signature may have been made with, or why it cannot be used. [RFC4035 §5.3.1] */
function candidateKeys(
  { context }: Session,
  rrset: Rrset,
  signature: Signature,
  keys: readonly Key[],
): readonly Key[] | Failure {
  const { keyTag, algorithm, labels } = signature;
  const by = `the signature by key ${keyTag} (${algorithmToText(algorithm)})`;
  if (labels > signatureLabels(rrset.name)) return bogus(`${by} is over more labels than the name has`);
  if (remainder(signature.expiration, signature.inception) < 0) return bogus(`${by} ends before it begins`); // [RFC4034 §3.1.5]
  const { at, skew = 0 } = context;
  if (remainder(signature.inception, at + skew) > 0)
    return bogus(`${by} is not valid before ${date(at, signature.inception)}: check the clocks here and at the signer`);
  if (remainder(signature.expiration, at - skew) < 0)
    return bogus(`${by} expired at ${date(at, signature.expiration)}: the zone must be signed anew, or was replayed`);
  const named = keys.filter((key) => key.tag === keyTag && key.algorithm === algorithm);
  if (named.length === 0)
    return bogus(
      `${by} is by a key that the zone does not have, or that may not sign: its DNSKEY must be published, or the zone signed with one that is`,
    );
  if (named.length > LIMITS.keysPerTag) return limitReached('keysPerTag');
  const complaints = named.map((key) => keyComplaint(key, context));
  const usable = named.filter((_, index) => complaints[index] === undefined);
  return usable.length > 0 ? usable : bogus(`key ${keyTag} ${complaints[0]}`);
}

const LINK_KINDS: ReadonlyMap<number, Link['kind']> = new Map([
  [TYPE.DS, 'ds'],
  [TYPE.DNSKEY, 'dnskey'],
  [TYPE.NSEC, 'denial'],
  [TYPE.NSEC3, 'denial'],
  [TYPE.CNAME, 'alias'],
  [TYPE.DNAME, 'alias'],
]);

function verified({ context }: Session, rrset: Rrset, signature: Signature): Verified {
  const { keyTag, algorithm, signer, labels, originalTtl } = signature;
  const left = Math.max(0, remainder(signature.expiration, context.at));
  const ttl = Math.min(originalTtl, left, ...rrset.records.map((record) => record.ttl)); // [RFC4035 §5.3.3] [A31]
  const records = rrset.records.map((record) => ({ ...record, ttl }));
  const { name, type } = rrset;
  const link: Link = {
    kind: LINK_KINDS.get(rrset.type) ?? 'rrset',
    zone: signer,
    name,
    type,
    keyTag,
    algorithm,
    inception: context.at + remainder(signature.inception, context.at),
    expiration: context.at + remainder(signature.expiration, context.at),
    records,
    signature: { name, type: TYPE.RRSIG, class: CLASS_IN, ttl, rdata: signature.rdata },
    says: saidOf(name, type, signature),
  };
  return {
    records,
    expires: context.at + ttl,
    originalTtl,
    validFor: left,
    expandedFrom: labels < signatureLabels(rrset.name) ? labels : undefined,
    link,
  };
}

/** Joined, as it is kept as long as the answer: what a template makes stays in pieces, and takes three times the memory. */
const saidOf = (name: Name, type: number, { keyTag, signer, algorithm }: Signature): string =>
  [typeToText(type), 'of', name, 'is signed by key', keyTag, 'of', signer, `(${algorithmToText(algorithm)})`].join(' ');

/** Seconds from `at` to a signature's time, by the serial arithmetic of its 32 bits. [RFC4034 §3.1.5] [RFC1982 §3.2] */
const remainder = (time: number, at: number): number => (time - at) | 0;

const date = (at: number, time: number): string => new Date((at + remainder(time, at)) * 1000).toISOString();
