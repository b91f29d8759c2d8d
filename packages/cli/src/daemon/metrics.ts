import cluster from 'node:cluster';
import type { Registry } from 'prom-client';

/** What is counted for /metrics. */
export interface Metrics {
  opened(where: Where): void;
  /** @param ended `ok`, or in a word why not */
  closed(where: Where, ended: string, octets: { readonly up: number; readonly down: number }): void;
  /** Somebody was not let in, or was turned away. */
  refused(where: Where, reason: string): void;
  secured(
    where: Where,
    how: string,
    agreed: { readonly protocol: string; readonly group?: string | undefined; readonly resumed?: boolean },
  ): void;
  backend(where: Where, backend: string, isUp: boolean): void;
  /** @param name the file of the certificate */
  certificate(where: Where, name: string, notAfter: Date): void;
  reloaded(outcome: 'done' | 'refused'): void;
  workerDied(): void;
  draining(): void;
  /** As a scraper reads them, with those of other processes. */
  readonly registry: Registry | undefined;
}

export interface Where {
  readonly listener: string;
  readonly protocol: string;
}

/** For a daemon without an admin socket. */
export const UNCOUNTED: Metrics = {
  opened: nothing,
  closed: nothing,
  refused: nothing,
  secured: nothing,
  backend: nothing,
  certificate: nothing,
  reloaded: nothing,
  workerDied: nothing,
  draining: nothing,
  registry: undefined,
};
function nothing(): void {}

/**
 * Loads the library only now, as most daemons run without.
 * @param worker which process it is, where there are several
 */
export async function createMetrics(worker?: string): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Registry: OwnRegistry } = await import('prom-client');
  const registry = new OwnRegistry();
  if (worker !== undefined) registry.setDefaultLabels({ worker });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const ofMain = cluster.isWorker ? [] : registers; // what one process tells for all
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[], into = registers) =>
    new Counter({ name: `hastls_${name}`, help, labelNames, registers: into });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[], into = registers) =>
    new Gauge({ name: `hastls_${name}`, help, labelNames, registers: into });
  const AT = ['listener', 'protocol'] as const;
  const pid = gauge('worker_pid', 'The process that a worker is.', []);
  if (cluster.isWorker) pid.set(process.pid);
  const open = gauge('connections_open', 'Connections that there are.', AT);
  const total = counter('connections_total', 'Connections that are over, by how they ended.', [...AT, 'outcome']);
  const octets = counter('octets_total', 'Octets carried by connections that are over: up is towards the server.', [
    ...AT,
    'direction',
  ]);
  const refused = counter('refused_total', 'Clients that were not served, by reason.', [...AT, 'reason']);
  const handshakes = counter('handshakes_total', 'TLS that came about.', [...AT, 'how', 'version', 'group', 'resumed']);
  const backends = gauge('backend_up', '1: it could be reached when it was last tried.', [...AT, 'backend']);
  const certificates = gauge(
    'certificate_not_after_seconds',
    'Until when a certificate is good, in seconds since 1970.',
    [...AT, 'certificate'],
    ofMain,
  );
  const reloads = counter('reloads_total', 'Times that the configuration was read again.', ['outcome'], ofMain);
  const deaths = counter('worker_deaths_total', 'Workers that ended although nobody had told them to.', [], ofMain);
  const draining = gauge('draining', '1: nobody is let in any more.', [], ofMain);
  return {
    registry,
    opened: (where) => open.inc({ ...where }),
    closed(where, outcome, { up, down }) {
      open.dec({ ...where });
      total.inc({ ...where, outcome });
      octets.inc({ ...where, direction: 'up' }, up);
      octets.inc({ ...where, direction: 'down' }, down);
    },
    refused: (where, reason) => refused.inc({ ...where, reason }),
    secured: (where, how, { protocol: version, group = '', resumed = false }) =>
      handshakes.inc({ ...where, how, version, group, resumed: String(resumed) }),
    backend: (where, backend, isUp) => backends.set({ ...where, backend }, Number(isUp)),
    certificate: (where, certificate, notAfter) =>
      certificates.set({ ...where, certificate }, notAfter.getTime() / 1000),
    reloaded: (outcome) => reloads.inc({ outcome }),
    workerDied: () => deaths.inc(),
    draining: () => draining.set(1),
  };
}
