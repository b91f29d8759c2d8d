import type { Backends } from './backends.ts';
import type { Door } from './door.ts';
import type { GatewayOptions } from './gateway.ts';
import { IDLE_MS } from './stay.ts';

/** A gateway's options with their defaults. */
export type GatewaySettings = GatewayOptions &
  Required<Pick<GatewayOptions, 'host' | 'implicitToo' | 'handshakeMs' | 'dialMs' | 'idleMs'>>;

/** What all clients of a gateway have in common. */
export interface House {
  readonly settings: GatewaySettings;
  readonly door: Door;
  readonly backends: Backends;
}

/** Fills in what nobody has chosen. */
export const settingsOf = (options: GatewayOptions): GatewaySettings => ({
  ...options,
  host: options.host ?? 'localhost',
  implicitToo: options.implicitToo ?? false,
  handshakeMs: options.handshakeMs ?? 60_000,
  dialMs: options.dialMs ?? 10_000,
  idleMs: options.idleMs ?? IDLE_MS,
});
