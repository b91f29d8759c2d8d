import { connect } from 'node:net';
import { isAnswerTo } from './query.ts';
import type { Upstream } from './upstream.ts';

/** What a server may send that is no answer before we hang up. */
const MAX_RECEIVED = 4 * 65_537;

/**
 * Sends the query over a new TCP connection and waits for its answer; other messages are ignored, within bounds.
 * @throws what the system says, or the signal's reason
 */
export function overTcp({ address, port }: Upstream, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true });
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      finish();
    };
    const abort = () => settle(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('end', () => settle(() => reject(new Error('closed the connection without an answer'))));
    const unframe = createUnframer();
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      const answer = unframe(chunk).find((message) => isAnswerTo(query, message));
      if (answer !== undefined) settle(() => resolve(answer));
      else if (received > MAX_RECEIVED) settle(() => reject(new Error('sends other things than the answer')));
    });
    socket.write(framed(query));
  });
}

/** A message behind its length in two octets. [RFC1035 §4.2.2] [RFC7766 §8] */
const framed = (message: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(message.length >> 8, message.length), message]);

/** Takes a stream in pieces of any size and gives each message when it is whole. */
export function createUnframer(): (chunk: Uint8Array) => Uint8Array[] {
  let held: Uint8Array[] = [];
  let length = 0;
  let wanted = 2;
  return (chunk) => {
    held.push(chunk);
    length += chunk.length;
    if (length < wanted) return []; // joined only when that can help, so that single octets do not cost their square
    const messages: Uint8Array[] = [];
    let joined = Buffer.concat(held);
    for (wanted = 2; joined.length >= wanted; joined = joined.subarray(wanted), wanted = 2) {
      wanted += joined.readUInt16BE(0);
      if (joined.length < wanted) break;
      messages.push(joined.subarray(2, wanted));
    }
    held = [joined];
    length = joined.length;
    return messages;
  };
}
