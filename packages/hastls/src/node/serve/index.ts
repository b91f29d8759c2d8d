/**
 * Servers that let clients change from plaintext to TLS on one port, for protocols of your own.
 *
 * A client says the trigger and is told to go ahead; or the server, asked for something that it does not give away in
 * clear, says that TLS comes first. What follows either is a ClientHello, or the end of the connection. Nobody needs
 * a second port, and clients that never heard of it go on as before, as long as the server lets them.
 *
 * You bring the words and an application; the rules are here: nothing may be pipelined behind the trigger, a
 * ClientHello is told from anything else by its first six octets and has ten seconds to come, nothing that was said
 * in clear is known over TLS, and TLS does not begin twice.
 *
 * ```ts
 * import { createTriggerServer } from 'hastls/serve';
 * import { trigger97 } from 'hastls/talk';
 *
 * const server = createTriggerServer({
 *   profile: trigger97({
 *     name: 'clock', service: 'clock', ports: { plain: [7777], tls: [] },
 *     ok: '200 go ahead', required: '401 TLS first', unknown: '500 what?',
 *   }),
 *   mode: ['ALARM'], // the time is for everybody, but alarms are set over TLS
 *   tls: { key, cert },
 *   application: ({ socket }) => (command) => {
 *     if (command === 'TIME') socket.write(`200 ${new Date().toISOString()}\r\n`);
 *     else if (command.startsWith('ALARM ')) socket.write('200 good night\r\n');
 *     else socket.write('500 what?\r\n');
 *   },
 * });
 * server.listen(7777);
 * ```
 *
 * A protocol of frames instead of lines takes `frameServer({ frame, trigger, ok, required, again })` for its profile;
 * one of the built-in profiles does as well. With `mode: 'implicit'` the same server has TLS from the first octet.
 *
 * A *gateway* is for servers that are not yours to change: it has their protocol's upgrade, or implicit TLS, in front of
 * one that knows neither, follows what both sides say, and keeps the same rules. A *tunnel* is for clients like that.
 */
export { type FrameWords, frameServer } from '../../core/talk/index.ts';
export { isPin } from '../pin.ts';
export { NAME_KINDS } from './alternative-names.ts';
export type { Backend, BackendNews, BackendTls } from './backends.ts';
export type { DataPorts } from './beside.ts';
export { type Census, createCensus } from './census.ts';
export type { ServerIdentity } from './certificates.ts';
export type { ClientCertificates } from './client-certificates.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export type { Endpoint } from './leg.ts';
export { type Fitting, type FittingBackend, type Misfit, misfits } from './misfits.ts';
export { isSource } from './origin.ts';
export { checkRecord, type RecordCheck } from './record-check.ts';
export type { Limits } from './stay.ts';
export { type Application, createTriggerServer, type Peer, type TriggerServerOptions } from './trigger-server.ts';
export { createTunnel, type Tunnel, type TunnelOptions } from './tunnel.ts';
export type { Cause, Secured, Visited, Visitor } from './visited.ts';
