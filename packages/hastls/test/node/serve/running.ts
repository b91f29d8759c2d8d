import { once } from 'node:events';
import type net from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { smtp } from 'hastls/profiles';
import { createGateway, type Gateway, type GatewayOptions, type Visited } from 'hastls/serve';
import { type Client, client, identity, over, secured, started, trust } from './client.js';

/** A gateway at work. */
export interface Running {
  readonly gateway: Gateway;
  readonly server: net.Server;
  readonly port: number;
  /** What became of connections that are over. */
  readonly visits: readonly Visited[];
  /** The next one that is over. */
  ending(): Promise<Visited>;
}

/** A gateway in front of a backend, to the end of the test. */
export async function running(
  t: TestContext,
  options: Partial<GatewayOptions> & Pick<GatewayOptions, 'backend'>,
): Promise<Running> {
  const visits: Visited[] = [];
  const waiting: ((visited: Visited) => void)[] = [];
  const gateway = createGateway({
    profile: smtp,
    mode: 'require',
    certificates: [identity],
    onClosed(visited) {
      visits.push(visited);
      waiting.shift()?.(visited);
    },
    ...options,
  });
  t.after(() => gateway.cut());
  const server = gateway.createServer();
  const port = await started(t, server);
  return { gateway, server, port, visits, ending: () => new Promise((resolve) => waiting.push(resolve)) };
}

export const at = (port: number) => ({ host: '127.0.0.1', port });

/** A client of implicit TLS. */
export async function implicit(t: TestContext, port: number, more: tls.ConnectionOptions = {}): Promise<Client> {
  const socket = tls.connect({ ...trust, ...at(port), ...more });
  await once(socket, 'secureConnect');
  return over(t, socket);
}

/** A client that has come to TLS by the upgrade of mail. */
export async function inBand(t: TestContext, port: number): Promise<Client> {
  const plain = await client(t, port);
  await plain.hear('ready\r\n');
  plain.say('STARTTLS\r\n');
  await plain.hear('TLS\r\n');
  return secured(t, plain);
}
