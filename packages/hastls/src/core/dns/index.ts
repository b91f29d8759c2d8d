/** Names, messages and records of the DNS: their octets, their canonical form and their presentation. */
export * from './address.ts';
export * from './canonical.ts';
export * from './hastls.ts';
export * from './message.ts';
export * from './message-codec.ts';
export * from './name.ts';
export * from './question.ts';
export * from './rcode.ts';
export { genericText, rdataFromText, rdataToText, readRdata, type TextOptions } from './rdata.ts';
export * from './resource-record.ts';
export type { SvcParam } from './svc-params.ts';
export { hasType, toBitmap, typesOf } from './type-bitmap.ts';
export * from './type-names.ts';
export * from './typed-rdata.ts';
export * from './zone-file.ts';
