// A wire of a known length: what it carries arrives that much later, so that the time of a look-up tells how many
// round trips it took, one after the other.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export async function startRelay(port, delayMs) {
  const socket = createSocket('udp4');
  let queries = 0;
  socket.on('message', (query, { port: from, address }) => {
    queries++;
    const onward = createSocket('udp4');
    onward.on('message', (answer) => {
      onward.close();
      setTimeout(() => socket.send(answer, from, address), delayMs);
    });
    onward.send(query, port, '127.0.0.1');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, queries: () => queries, close: () => socket.close() };
}
