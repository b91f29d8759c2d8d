import { readFile } from 'node:fs/promises';
import { DNS, type DnsWorld, type Host, PARENTS, startDnsWorld } from './peers/dns-world.ts';
import { MAIL_AND_NEWS, startMailAndNews } from './peers/mail-and-news.ts';
import type { Stage } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';
import { type Promised, promise } from './promises.ts';

export const WORLD = [...DNS, ...MAIL_AND_NEWS];

/** Everything at once: the services with their attackers, and a DNS that holds their promises. */
export interface World {
  readonly services: readonly Promised[];
  readonly dns: DnsWorld;
  readonly certificate: Certificate;
  readonly ca: string;
}

/** Starts the world; `hosts` are further hosts beside those of the services' rows. */
export async function startWorld(stage: Stage, hosts: readonly Host[] = []): Promise<World> {
  const names = PARENTS.flatMap((parent) => [`*.${parent}`, `*.unsigned.${parent}`, `*.bogus.${parent}`]);
  const certificate = await certify(stage.home, names);
  const services: Promised[] = [];
  for (const service of await startMailAndNews(stage, certificate)) services.push(await promise(stage, service));
  const dns = await startDnsWorld(stage, [...services.flatMap((each) => each.hosts), ...hosts]);
  return { services, dns, certificate, ca: await readFile(certificate.ca, 'utf8') };
}
