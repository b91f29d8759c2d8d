import { type Known, refuseUnknown } from '../unknown-options.ts';
import type { Backend, BackendTls } from './backends.ts';
import type { ServerIdentity } from './certificates.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { GatewayOptions } from './gateway.ts';
import type { Endpoint } from './leg.ts';
import type { Limits } from './stay.ts';
import type { TriggerServerOptions } from './trigger-server.ts';
import type { TunnelOptions } from './tunnel.ts';

const LIMITS = {
  connections: true,
  connectionsPerAddress: true,
  census: true,
  idleMs: true,
  totalMs: true,
} satisfies Known<Limits>;

const GATEWAY = {
  ...LIMITS,
  profile: true,
  mode: true,
  implicitToo: true,
  certificates: true,
  clients: true,
  backend: true,
  order: true,
  announcedBy: true,
  host: true,
  ticketKeys: true,
  handshakeMs: true,
  dialMs: true,
  dataPorts: true,
  onOpened: true,
  onSecured: true,
  onClosed: true,
  onBackend: true,
} satisfies Known<GatewayOptions>;

const CLIENTS = { ca: true, optional: true, pins: true, names: true } satisfies Known<ClientCertificates>;
const IDENTITY = { cert: true, key: true, ocsp: true } satisfies Known<ServerIdentity>;
const BACKEND = {
  host: true,
  port: true,
  path: true,
  tls: true,
  introduce: true,
} satisfies Known<Record<KeyOfAny<Endpoint> | keyof Backend, unknown>>;
const BACKEND_TLS = { how: true, name: true, ca: true, pins: true, identity: true } satisfies Known<BackendTls>;

/** All keys of a union, of which `keyof` gives the common ones. */
type KeyOfAny<T> = T extends object ? keyof T : never;

/** @throws HastlsError ERR_HASTLS_OPTION */
export function checkGatewayOptions(options: GatewayOptions): void {
  refuseUnknown(options, GATEWAY);
  refuseUnknown(options.clients ?? {}, CLIENTS, 'clients.');
  for (const each of options.certificates) refuseUnknown(each, IDENTITY, 'certificates.');
  for (const each of [options.backend].flat()) {
    refuseUnknown(each, BACKEND, 'backend.');
    refuseUnknown(each.tls ?? {}, BACKEND_TLS, 'backend.tls.');
  }
}

const TUNNEL = {
  ...LIMITS,
  to: true,
  by: true,
  connect: true,
  handshakeMs: true,
  host: true,
  onOpened: true,
  onClosed: true,
  onRefused: true,
} satisfies Known<TunnelOptions>;

/** @throws HastlsError ERR_HASTLS_OPTION */
export const checkTunnelOptions = (options: TunnelOptions): void => refuseUnknown(options, TUNNEL);

const TRIGGER_SERVER = {
  profile: true,
  mode: true,
  tls: true,
  application: true,
  host: true,
  timeoutMs: true,
  onDropped: true,
} satisfies Known<TriggerServerOptions>;

/** @throws HastlsError ERR_HASTLS_OPTION */
export const checkTriggerServerOptions = (options: TriggerServerOptions): void =>
  refuseUnknown(options, TRIGGER_SERVER);
