import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { isLoopback, listen, milliseconds } from './schema.ts';

/** How a daemon is operated: the same keys for all of them. */

export const admin = z
  .strictObject({
    listen: listen.describe('where /metrics and /healthz are: address and port, or unix:PATH'),
    beyond_loopback: z.boolean().default(false).describe('other machines may ask, too: whoever can, may'),
  })
  .superRefine(({ listen: place, beyond_loopback: isMeant }, context) => {
    if (!isMeant && 'host' in place && !isLoopback(place.host))
      context.addIssue({
        code: 'custom',
        path: ['listen'],
        message:
          'nobody is asked for a password here: listen on loopback or a Unix socket, or set beyond_loopback = true',
      });
  })
  .optional()
  .describe('metrics and health; without this table there are none');

const count = z.int().min(1).max(1024);

/** Processes that share the work of a daemon whose work is cryptography. */
export const workersByCores = count
  .prefault(() => availableParallelism())
  .describe('processes that share the work (default: as many as there are processor cores)');

/** And of one that mostly waits, and remembers what it has learnt. */
export const oneWorker = count.default(1).describe('processes that share the work; each remembers its own proofs');

export const limits = z
  .strictObject({
    connections: z.int().min(1).default(20_000).describe('how many there may be at a time, everywhere together'),
  })
  .prefault({})
  .describe('what all gateways or tunnels share');

const most = z.int().min(1);

/** What each listener of a daemon limits, of whatever kind it is. */
export const clientLimits = {
  connections: most.describe('how many connections there may be at a time; more are closed at once'),
  connections_per_address: most.describe('and how many of one address'),
  idle_ms: milliseconds.describe('for as long nothing may be said'),
  total_ms: milliseconds.describe('for as long a connection may last (default: as long as it likes)'),
};

export const watch = z
  .int()
  .min(0)
  .max(86_400_000)
  .default(2000)
  .describe('how often to see whether this file, or one that it names, has changed; 0: only SIGHUP counts');

export const tickets = z
  .strictObject({
    file: z.string().optional().describe('48 octets by chance, the key, for machines that share sessions'),
    rotate_ms: milliseconds.default(43_200_000).describe('without a file: how long a key by chance is used'),
  })
  .prefault({})
  .describe('the key of session tickets, which all workers share');

export type Admin = z.output<typeof admin>;

/** The part of a configuration that says how the daemon is operated. */
export interface Operation {
  readonly log: { readonly level: string };
  readonly drain_ms: number;
  readonly workers: number;
  readonly watch_ms: number;
  readonly limits: { readonly connections: number };
  readonly admin?: Admin | undefined;
  readonly tickets?: z.output<typeof tickets>;
}
