/**
 * The DNS as data: names, messages, records, in octets and in text. Nothing here asks anybody or trusts anything.
 *
 * A **name** is a list of labels, written from the host to the root: `_service._tcp.host.example.` (`name.ts`). It is
 * compared without regard to the case of ASCII letters, and sorted by its labels from the right.
 *
 * A **message** is a header, the question, and three lists of records: answers, authorities (who is responsible, or
 * why there is no answer) and additionals (what may be of use). Names in it are compressed by pointing backwards
 * (`message-codec.ts`). What comes from the network is read whole or not at all.
 *
 * A **record** has an owner, a type, a class, a time to live and data (RDATA). How data are built is a table with a row
 * for each type, and each row is a list of fields (`rdata-formats.ts`, `fields.ts`). From the row follow all the forms:
 * the octets of a message, the **canonical** octets that a signature covers (`canonical.ts`: old types lower-case the
 * names in their data, newer ones do not), and the **presentation** that people write in zone files (`zone-file.ts`).
 * A type without a row is opaque octets, and stands in text as `TYPE65400 \# 6 001900190001`: so every name server can
 * serve a type that it has never heard of, HASTLS among them.
 *
 * In memory data are always octets with every name written out. `typed-rdata.ts` reads them into fields where somebody
 * has to judge them. HASTLS itself is in `hastls.ts`; what a publisher may do with it is the subpath `hastls/record`.
 */
export * from './address.ts';
export * from './canonical.ts';
export * from './extended-error.ts';
export * from './hastls.ts';
export * from './hastls-type.ts';
export { labelOctets } from './label.ts';
export * from './message.ts';
export * from './message-codec.ts';
export * from './name.ts';
export * from './name-reader.ts';
export * from './question.ts';
export * from './rcode.ts';
export { genericText, rdataFromText, rdataToText, readRdata, type TextOptions } from './rdata.ts';
export * from './resource-record.ts';
export type { SvcParam } from './svc-params.ts';
export { hasType, toBitmap, typesOf } from './type-bitmap.ts';
export * from './type-names.ts';
export * from './typed-rdata.ts';
export * from './zone-file.ts';
