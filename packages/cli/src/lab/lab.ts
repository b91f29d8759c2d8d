import { profiles } from 'hastls/profiles';
import { type Answerer, createAuthority, createHierarchy, createZoneKey, startDnsServer } from 'hastls/testing';
import { applications } from './applications.ts';
import { type Deception, deceived, deceptions } from './deceptions.ts';
import { type Host, type Site, startHosts } from './host.ts';
import { kinds } from './kinds.ts';

export interface LabOptions {
  /** The first of the ports to use. Default: free ones, wherever they are. */
  readonly basePort?: number;
}

/** A small world on loopback: signed names, servers of every kind, attackers on the wire and in the DNS. */
export interface Lab {
  /** The honest resolver, as `--resolver` takes it. */
  readonly resolver: string;
  /** Resolvers that lie. */
  readonly liars: readonly Liar[];
  /** DS records of the lab's zone, as lines of a master file. */
  readonly anchors: readonly string[];
  /** In PEM: the certificate of the authority that vouches for all servers. */
  readonly authority: string;
  readonly hosts: readonly Host[];
  close(): Promise<void>;
}

export interface Liar {
  readonly deception: Deception;
  readonly resolver: string;
}

const ZONES = { signed: 'lab.test', unsigned: 'unsigned.lab.test' };

/** Starts the lab. Nothing of it can be reached from outside of this machine. */
export async function startLab({ basePort }: LabOptions = {}): Promise<Lab> {
  const opened: { close(): Promise<void> }[] = [];
  let next = basePort;
  const authority = createAuthority('hastls lab');
  const site: Site = {
    authority,
    zones: ZONES,
    nextPort: () => (next === undefined ? 0 : next++),
    keep(closable) {
      opened.push(closable);
      return closable;
    },
  };
  const close = async () => void (await Promise.all(opened.splice(0).map((each) => each.close())));
  try {
    const resolverPorts = [undefined, ...deceptions].map(() => site.nextPort());
    const hosts = await startAllHosts(site);
    return { ...(await startResolvers(hosts, resolverPorts, site)), authority: authority.certificate, hosts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAllHosts(site: Site): Promise<readonly Host[]> {
  const started = applications.flatMap((application) => {
    const profile = profiles.find(({ name }) => name === application.name);
    if (profile === undefined)
      throw new Error(`the lab has an application for ${application.name}, which has no profile`);
    return kinds.map((kind) => startHosts({ profile, application, kind }, site));
  });
  return (await Promise.all(started)).flat();
}

const DAY = 86_400;

async function startResolvers(
  hosts: readonly Host[],
  [honestPort = 0, ...liarPorts]: readonly number[],
  { keep }: Site,
): Promise<Pick<Lab, 'resolver' | 'liars' | 'anchors'>> {
  const keys = [createZoneKey()];
  const recordsIn = (signed: boolean) =>
    hosts.flatMap((host) => (host.signed === signed ? host.records : [])).join('\n');
  const world = (at: number) =>
    createHierarchy({
      at,
      zones: [
        { apex: ZONES.signed, keys, records: recordsIn(true) },
        { apex: ZONES.unsigned, keys: [], records: recordsIn(false) },
      ],
    });
  const now = Math.floor(Date.now() / 1000);
  const [present, past] = [world(now), world(now - 90 * DAY)];
  const serve = async (answer: Answerer, port: number) => keep(await startDnsServer(answer, { port })).url;
  return {
    anchors: present.anchorLines,
    resolver: await serve(present.answer, honestPort),
    liars: await Promise.all(
      deceptions.map(async (deception, index) => ({
        deception,
        resolver: await serve(deceived(present.answer, deception, past.answer), liarPorts[index] ?? 0),
      })),
    ),
  };
}
