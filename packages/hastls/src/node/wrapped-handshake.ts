import type net from 'node:net';
import { Duplex } from 'node:stream';
import { LIMITS, type Wrapping } from '../core/talk/index.ts';
import { octetQueue } from '../core/talk/octet-queue.ts';

/**
 * A stream for a TLS engine whose handshake goes over the socket in a protocol's own packets. Each direction goes over to
 * bare records by itself, and never back. What the packets hold is for the engine to judge: here they are only bounded.
 */
export function wrappedHandshake(socket: net.Socket, { frame, unwrap, wrap }: Wrapping): Duplex {
  const waiting = octetQueue();
  let [isReadBare, isWrittenBare] = [false, false];
  let octets = 0;

  const stream = new Duplex({
    read: () => void socket.resume(),
    write(records: Buffer, _, done) {
      isWrittenBare ||= !isOfHandshake(records);
      socket.write(isWrittenBare ? records : wrap(records), done);
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });

  socket
    .on('data', (bytes: Buffer) => {
      waiting.push(bytes);
      octets += isReadBare ? 0 : bytes.length;
      let isRoom = true;
      for (let records = next(); records !== undefined; records = next()) isRoom = stream.push(records);
      if (octets > LIMITS.octets && !isReadBare) stream.destroy(new Error('the handshake is longer than any')); // [V17]
      if (!isRoom) socket.pause();
    })
    .on('end', () => stream.push(null))
    .on('error', (error) => stream.destroy(error))
    .on('close', () => stream.destroy());

  /** What the engine may read now. */
  function next(): Uint8Array | undefined {
    const length = isReadBare ? -1 : frame(waiting.view);
    isReadBare = length < 0;
    if (isReadBare) return waiting.length > 0 ? waiting.take(waiting.length) : undefined;
    return length > 0 && length <= waiting.length ? unwrap(waiting.take(length)) : undefined;
  }
  return stream;
}

const [CHANGE_CIPHER_SPEC, HANDSHAKE] = [20, 22];
const isOfHandshake = ([type]: Uint8Array): boolean => type === HANDSHAKE || type === CHANGE_CIPHER_SPEC;
