import { randomBytes } from 'node:crypto';
import { UsageError } from '../failure.ts';
import { readNamedOctets } from './named-file.ts';
import type { Operation } from './operation.ts';

/** As many octets has Node's key of session tickets: a name, one for HMAC, one for AES. */
const TICKET_KEY_OCTETS = 48;

/**
 * The key of session tickets at this time: the file's, or one by chance that is replaced after its time.
 *
 * Node knows one key at a time. A ticket of the one before leads to a full handshake, which costs a client its time and
 * nothing else; Node's tickets are good for five minutes anyway.
 */
export interface TicketKey {
  /** @throws UsageError */
  current(): Uint8Array;
}

export function createTicketKey(configuration: string, { tickets }: Pick<Operation, 'tickets'>): TicketKey | undefined {
  if (tickets === undefined) return undefined;
  const { file, rotate_ms: rotateMs } = tickets;
  if (file !== undefined) return { current: () => readKey(configuration, file) };
  let key = randomBytes(TICKET_KEY_OCTETS);
  let until = performance.now() + rotateMs;
  return {
    current() {
      if (performance.now() >= until) {
        key = randomBytes(TICKET_KEY_OCTETS);
        until = performance.now() + rotateMs;
      }
      return key;
    },
  };
}

function readKey(configuration: string, file: string): Uint8Array {
  const key = readNamedOctets(configuration, file);
  if (key.length === TICKET_KEY_OCTETS) return key;
  throw new UsageError(`${configuration} names a key of session tickets that is none: ${file}`, [
    `it has ${key.length} octets, and not ${TICKET_KEY_OCTETS}: head -c ${TICKET_KEY_OCTETS} /dev/urandom makes one`,
  ]);
}
