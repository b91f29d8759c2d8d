import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Peer } from './peer.ts';

/**
 * A forwarder from before DNSSEC: it passes the bare question on to the resolver behind it, without EDNS, so that the
 * answer comes back true and without signatures.
 */
export async function startStrippingResolver(behind: number): Promise<Peer & { readonly port: number }> {
  const front = createSocket('udp4');
  front.on('message', (query, asker) => {
    const back = createSocket('udp4');
    back.once('message', (answer) => {
      front.send(answer, asker.port, asker.address);
      back.close();
    });
    back.send(bareQuestion(query), behind, LOOPBACK);
  });
  front.bind(0, LOOPBACK);
  await once(front, 'listening');
  return {
    name: 'the stripping resolver',
    port: front.address().port,
    log: () => '',
    stop: async () => void (await once(front.close(), 'close')),
  };
}

const LOOPBACK = '127.0.0.1';
const HEADER = 12;

/** The header and the question; what follows, the OPT record, is left out of the message and of its counts. */
function bareQuestion(query: Buffer): Buffer {
  let end = HEADER;
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) end += length + 1;
  const bare = Buffer.from(query.subarray(0, end + 5)); // the root label, type and class
  bare.writeUInt16BE(0, 10);
  return bare;
}
