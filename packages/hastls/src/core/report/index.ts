/**
 * What people and programs are told: answers and decisions as text, as trees and as JSON objects.
 *
 * Here, and nowhere else, a peer's words are made fit to be shown (`printable()`): a server that is not yet known to be
 * the right one can say anything, and a terminal obeys more than people think. Nothing here decides.
 */
export * from './answer.ts';
export type { Asked, AskedObject } from './asked.ts';
export * from './connection.ts';
export * from './decision.ts';
export { type LinkObject, linkObject } from './link.ts';
export * from './paint.ts';
export * from './printable.ts';
export type { RecordObject } from './record-object.ts';
export * from './rfc3339.ts';
export * from './tree.ts';
