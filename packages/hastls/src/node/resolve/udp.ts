import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isAnswerTo } from './query.ts';
import type { PlainUpstream } from './upstream.ts';

/**
 * Sends the query in a datagram and waits for its answer; whatever else comes is ignored. The socket is new, so that
 * the system picks a port nobody can know, and connected, so that it hears its peer only, ICMP refusals included.
 * @throws what the system says, or the signal's reason
 */
export function overUdp({ address, port }: PlainUpstream, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) return; // a closing socket may still report an error
      settled = true;
      signal.removeEventListener('abort', abort);
      socket.close();
      finish();
    };
    const abort = () => settle(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('message', (datagram) => {
      if (isAnswerTo(query, datagram)) settle(() => resolve(datagram));
    });
    socket.connect(port, address, () => socket.send(query));
  });
}
