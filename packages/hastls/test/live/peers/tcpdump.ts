import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Need } from './commands.ts';
import { freePorts, start } from './peer.ts';

export const TCPDUMP: Need = { packages: 'tcpdump', commands: ['tcpdump'], root: true };

/** What is on the wire, as nobody of ours writes it down. */
export interface Capture {
  /** Ends it, and gives all that went to and from the ports, packet by packet, a character for each octet. */
  end(): Promise<string>;
}

/** Captures what loopback carries to and from these ports. */
export async function startCapture(home: string, ports: readonly number[]): Promise<Capture> {
  const file = join(home, 'wire.pcap');
  const [last = 0] = await freePorts(1);
  const filter = [...ports.map((port) => `tcp port ${port}`), `udp port ${last}`].join(' or ');
  const options = ['-i', 'lo', '-n', '-s', '0', '-B', '16384', '-U', '--immediate-mode', '-Z', 'root', '-w', file];
  const peer = await start({
    name: 'tcpdump',
    command: 'tcpdump',
    args: [...options, filter],
    isReady: async (said) => said.includes('listening on'),
  });
  return {
    async end() {
      const word = randomUUID();
      const sender = createSocket('udp4');
      sender.send(word, last, '127.0.0.1', () => sender.close());
      // packets are written in their order: when this one is there, so are all
      while (!(await readFile(file, 'latin1')).includes(word)) await sleep(20);
      await peer.stop();
      if (!/^0 packets dropped by kernel$/m.test(peer.log())) throw new Error(`not all was seen: ${peer.log()}`);
      return readFile(file, 'latin1');
    },
  };
}
