import { type Mx, type Name, ownerName, type ResourceRecord, readMx, readSrv, type Srv } from '../core/dns/index.ts';
import type { Stance } from '../core/policy/index.ts';
import type { Service } from '../core/talk/index.ts';
import { HastlsError } from './errors.ts';
import type { Answer, Resolver } from './resolve/index.ts';
import { toTarget } from './target.ts';

/** What leads from a domain to the hosts that serve it. */
export type Redirection = 'mx' | 'srv';

interface Following {
  readonly resolver: Resolver;
  readonly stance: Stance;
  readonly signal: AbortSignal;
  /** A profile of one's own, as for `connect()`. */
  readonly profile?: Service;
}

/**
 * The services that a domain names, best first, each a destination with a promise of its own. [A18] A domain that names
 * none is its own host; one that says that it has no such service has none.
 *
 * Who can forge the redirection chooses the host, and with it the name that a certificate must be for: so a secure-only
 * client follows proven ones alone, and nobody follows what is bogus or could not be found out. [A18]
 * @param url the service of the domain, such as `smtp://example.org`
 * @throws HastlsError ERR_HASTLS_OPTION ERR_HASTLS_BOGUS ERR_HASTLS_UNPROVEN ERR_HASTLS_POLICY ERR_HASTLS_NO_ADDRESS
 */
export async function targetsOf(
  url: string,
  by: Redirection,
  { resolver, stance, signal, profile }: Following,
): Promise<readonly string[]> {
  const { service, host } = toTarget(url, profile);
  const [scheme] = url.split('://');
  const owner = by === 'mx' ? host : ownerName(service.service, host);
  const answer = await resolver.lookup(owner, by.toUpperCase(), { signal });
  const doubt = doubtOf(answer, stance);
  if (doubt !== undefined) throw doubt;
  const places = by === 'mx' ? byPreference(answer.records) : byPriority(answer.records);
  if (places.length === 0) return [url]; // [RFC5321 §5.1]
  const none = places.every(({ target }) => target === '.'); // [RFC7505] [RFC2782]
  if (none) throw new HastlsError('ERR_HASTLS_NO_ADDRESS', `${host} says that it has no ${scheme}`, answer.because);
  return places.map(
    ({ target, port }) => `${scheme}://${target.replace(/\.$/, '')}${port === undefined ? '' : `:${port}`}`,
  );
}

function doubtOf({ proof, name, because }: Answer, stance: Stance): HastlsError | undefined {
  switch (proof) {
    case 'bogus':
      return new HastlsError('ERR_HASTLS_BOGUS', `${name}: where it leads is bogus`, because);
    case 'indeterminate':
      return new HastlsError('ERR_HASTLS_UNPROVEN', `${name}: where it leads could not be found out`, because);
    case 'insecure':
      if (stance !== 'cso') return undefined;
      return new HastlsError(
        'ERR_HASTLS_POLICY',
        `${name}: anybody could have forged where it leads, as its zone is not signed: name the host itself`,
        because,
      );
    case 'secure':
      return undefined;
  }
}

interface Place {
  readonly target: Name;
  readonly port?: number;
}

const byPreference = (records: readonly ResourceRecord[]): readonly Place[] =>
  records
    .map(({ rdata }): Mx => readMx(rdata))
    .sort((a, b) => a.preference - b.preference)
    .map(({ exchange }) => ({ target: exchange }));

/** Within one priority the weights decide how often each comes first. [RFC2782] */
function byPriority(records: readonly ResourceRecord[]): readonly Place[] {
  const luck = ({ weight }: Srv): number => -Math.log(1 - Math.random()) / Math.max(weight, 0.01);
  return records
    .map(({ rdata }) => readSrv(rdata))
    .map((each) => ({ ...each, luck: luck(each) }))
    .sort((a, b) => a.priority - b.priority || a.luck - b.luck);
}
