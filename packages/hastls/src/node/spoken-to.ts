import type net from 'node:net';
import { HastlsError } from './errors.ts';

/**
 * Data that comes before we have asked for any answers somebody else's question: it was slipped in before TLS, or
 * belongs to another dialogue of the same server. Nobody gets to read it, however they read. [V12]
 */
export function breakWhenSpokenTo(socket: net.Socket): void {
  const broken = () =>
    socket.destroy(new HastlsError('ERR_HASTLS_GARBLED', 'the server spoke first within TLS, where it was our turn'));
  if (socket.readableLength > 0) {
    socket.read();
    setImmediate(broken); // when whoever gets the socket had time to listen
    return;
  }
  socket.push = (chunk, encoding) => {
    Reflect.deleteProperty(socket, 'push'); // this once, then the socket's own again
    if (chunk === null || socket.bytesWritten > 0) return socket.push(chunk, encoding);
    broken();
    return false;
  };
}
