import { createServer } from 'node:http';
import { listenAt, openableAt } from './front.ts';
import type { Place } from './schema.ts';

/** Who is asked on the admin socket. */
export interface Asked {
  isServing(): boolean;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
}

/**
 * Answers `GET /metrics` and `GET /healthz`, and nothing else. Nobody is asked who they are: whoever can connect may know.
 * @returns closes it
 * @throws UsageError when the address cannot be had
 */
export async function startAdmin(place: Place, { isServing, metrics }: Asked): Promise<() => void> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 30_000 },
    (request, response) => {
      const answer = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
      if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'GET is all there is\n');
      else if (request.url === '/healthz') answer(isServing() ? 200 : 503, isServing() ? 'serving\n' : 'draining\n');
      else if (request.url === '/metrics')
        metrics().then(
          (text) => answer(200, text, 'text/plain; version=0.0.4; charset=utf-8'),
          () => answer(500, 'the metrics cannot be gathered\n'),
        );
      else answer(404, '/metrics and /healthz are all there is\n');
    },
  );
  server.maxConnections = 32;
  await openableAt(place);
  await listenAt(server, { ...place, exclusive: true }, place);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
