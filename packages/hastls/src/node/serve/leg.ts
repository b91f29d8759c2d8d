import net from 'node:net';
import tls from 'node:tls';
import { watch } from '../watch.ts';

/** One of the two connections that a gateway stands between. It is paused until somebody resumes its socket. */
export interface Leg {
  readonly socket: net.Socket;
  /** Given what comes in, for as long as the call lasts: what is to be kept must be copied, or written at once. */
  onPiece: (piece: Uint8Array) => void;
  /** Sends octets. Those lent for one call only are copied, unless they are encrypted at once. */
  write(bytes: Uint8Array): void;
  /** Enough waits to be sent: who has more is to wait for `onReady`. */
  readonly isBusy: boolean;
  onReady: () => void;
  /**
   * Its end was none, but a reset: Node takes one that comes together with data for an end. Told of backends over TCP only;
   * over TLS who has said all may well go with a reset.
   */
  wasReset(): boolean;
  /**
   * Breaks the connection off, so that nobody takes what came for all there is: by a reset, and over TLS without its
   * farewell. What waits to be sent is given up.
   */
  breakOff(): void;
  /** Gives the socket back to be read as any other; what was not read yet is in it. The backend's cannot be. */
  release(): void;
}

/** Where the backend listens. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * The client's connection, over TLS or before it.
 * @param beneath the connection that TLS is over
 */
export function clientLeg(socket: net.Socket, beneath: net.Socket = socket): Leg {
  const isEncrypted = socket instanceof tls.TLSSocket;
  const leg = legOf(socket, beneath, 1, (bytes) => {
    // The TLS engine has encrypted or copied what it is given before write() returns, but the stream before it, if
    // something waits there already, keeps only a reference.
    socket.write(isEncrypted && socket.writableLength === 0 ? bytes : Buffer.from(bytes), leg.sent);
  });
  const read = (piece: Uint8Array) => leg.onPiece(piece);
  socket.on('data', read).pause();
  leg.release = () => void socket.off('data', read).pause();
  return leg;
}

/** A new connection to the backend, or why there is none. */
export function dialBackend(to: Endpoint, timeoutMs: number): Promise<Leg | Error> {
  shared.buffer ??= Buffer.allocUnsafeSlow(READ);
  const { buffer } = shared;
  return new Promise((resolve) => {
    const callback = (length: number, filled: Uint8Array): boolean => {
      leg.onPiece(filled.subarray(0, length));
      return true;
    };
    const socket = net.connect({ ...to, allowHalfOpen: true, noDelay: true, onread: { buffer, callback } }).pause();
    const leg = legOf(
      socket,
      socket,
      ENOUGH,
      together(socket, (bytes) => void socket.write(bytes, leg.sent)),
    );
    // A connection that is no more has no peer, if its address was never asked for. One that both have ended is no more either.
    if ('host' in to)
      leg.wasReset = () => socket.readableEnded && !socket.writableEnded && socket.remoteAddress === undefined;
    const failed = (error: Error) => {
      unwatch();
      socket.destroy();
      resolve(error);
    };
    const late = () => failed(new Error(`no connection within ${timeoutMs} ms`));
    const unwatch = watch(timeoutMs, undefined, late, ignore);
    socket.once('error', failed).once('connect', () => {
      unwatch();
      socket.off('error', failed).on('error', ignore);
      resolve(leg);
    });
  });
}

/** Each read takes up to so much at once: in pieces of 16 KiB most of the work would not be TLS. */
const READ = 512 * 1024;
/** One for all backends, as nobody keeps what is in it. */
const shared: { buffer?: Buffer } = {};
/** So much may wait for the backend: it is not encrypted, but written many pieces at a time. */
const ENOUGH = 256 * 1024;

const ignore = () => {}; // a connection that breaks is closed next, and that is noticed

/**
 * Breaks a connection off. A Unix socket only closes, as it knows no reset; and so does one that we have said all on: nothing
 * is missing there, and a reset while the system ends it would leave it open for ever.
 */
export function breakOff(socket: net.Socket, beneath: net.Socket): void {
  const isOpen = !socket.writableEnded && !beneath.destroyed;
  const isTcp = !(beneath instanceof tls.TLSSocket) && beneath.remoteAddress !== undefined;
  if (isOpen && isTcp) beneath.resetAndDestroy();
  socket.destroy();
}

function legOf(
  socket: net.Socket,
  beneath: net.Socket,
  enough: number,
  write: Leg['write'],
): Leg & { readonly sent: () => void } {
  let wasBusy = false;
  const leg = {
    socket,
    onPiece: ignore as Leg['onPiece'], // as: whoever reads sets another
    onReady: ignore,
    write(bytes: Uint8Array) {
      write(bytes);
      wasBusy ||= leg.isBusy;
    },
    get isBusy() {
      return socket.writableLength >= enough;
    },
    sent() {
      if (!wasBusy || leg.isBusy) return;
      wasBusy = false;
      leg.onReady();
    },
    wasReset: () => false,
    breakOff: () => breakOff(socket, beneath),
    release: ignore,
  };
  return leg;
}

/** What is written in one turn of the event loop goes out as one. */
function together(socket: net.Socket, write: Leg['write']): Leg['write'] {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  return (bytes) => {
    if (!corked) {
      corked = true;
      socket.cork();
      setImmediate(uncork);
    }
    write(bytes);
  };
}
