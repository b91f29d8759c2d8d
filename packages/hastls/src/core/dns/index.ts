/** Names, messages and records of the DNS: their octets, their canonical form and their presentation. */
export * from './hastls.ts';
export * from './message.ts';
export * from './name.ts';
export * from './question.ts';
export * from './resource-record.ts';
