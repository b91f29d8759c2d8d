import { hostInUrl } from '../core/dns/index.ts';
import type { FallbackCause } from '../core/policy/index.ts';
import type { Tried } from './connect.ts';
import { type HastlsCode, HastlsError } from './errors.ts';
import type { Explanation } from './explain.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

/** Nothing may be tried: by policy, or because what DNS said could not be proven. */
export function refusal({ target, snapshot, because, stance }: Explanation): HastlsError {
  const why = because.map(({ rule, text }) => `${text} [${rule}]`);
  const proof = proofOf(snapshot);
  const where = urlOf(target);
  switch (snapshot.evidence.proof) {
    case 'bogus':
      return new HastlsError(
        'ERR_HASTLS_BOGUS',
        `${where}: what DNS says is bogus, and stance ${stance} leaves nothing to try`,
        [...why, ...proof],
      );
    case 'indeterminate':
      return new HastlsError(
        'ERR_HASTLS_UNPROVEN',
        `${where}: its promise could not be found out, and stance ${stance} leaves nothing to try`,
        [...why, ...proof],
      );
    case 'secure':
    case 'insecure':
      return new HastlsError(
        'ERR_HASTLS_POLICY',
        `${where}: stance ${stance} and the server's promise leave nothing to try`,
        why,
      );
  }
}

/** The plan is there, but nowhere to go. */
export function withoutAddress({ target, snapshot }: Explanation): HastlsError {
  const because = snapshot.answers.slice(0, 2).flatMap((each) => each.because);
  const isUnasked = snapshot.answers.length === 0; // whoever answered for the local link, or did not, proves nothing [A34]
  const proofs = snapshot.answers.slice(0, 2).map((each) => each.proof);
  if (proofs.includes('bogus'))
    return new HastlsError('ERR_HASTLS_BOGUS', `${target.host}: its address is bogus`, because);
  if (isUnasked || proofs.includes('indeterminate'))
    return new HastlsError('ERR_HASTLS_UNPROVEN', `${target.host}: its address could not be found out`, because);
  return new HastlsError('ERR_HASTLS_NO_ADDRESS', `${target.host} has no address`, because);
}

/** What led to the evidence being what it is. */
const proofOf = ({ answers, evidence }: Snapshot): readonly string[] =>
  answers.filter(({ proof }) => proof === evidence.proof).flatMap(({ because }) => because);

/**
 * Every attempt failed: named after the failure that tells most. Where the promise could not be proven, which ports it
 * names could not be known either, and that may be all that is wrong.
 */
export function failure({ target, snapshot }: Explanation, tried: readonly Tried[]): HastlsError {
  const worst = SEVERITY.find((outcome) => tried.some((each) => each.outcome === outcome)) ?? 'unreachable';
  const { proof } = snapshot.evidence;
  const because = [
    ...tried.map(({ do: how, port, outcome, why }) => `${WORDS[how]} on port ${port}: ${outcome}: ${why}`),
    ...(proof === 'bogus' || proof === 'indeterminate'
      ? [`and what DNS says of its promise is ${proof}, so that its ports are a guess [A23]`, ...proofOf(snapshot)]
      : []),
  ];
  const telling = tried.find((each) => each.outcome === worst);
  return new HastlsError(CODE_OF[worst], `${urlOf(target)}: no connection: ${telling?.why ?? worst}`, because);
}

const urlOf = ({ service, host }: Target): string => `${service.name}://${hostInUrl(host)}`;

const WORDS = { tls: 'TLS', upgrade: 'upgrade', plaintext: 'plaintext' } as const;

/** From what says most about the peer to what says least. */
const SEVERITY: readonly (FallbackCause | 'attacked')[] = [
  'attacked',
  'pinned',
  'name-mismatch',
  'untrusted',
  'not-offered',
  'upgrade-refused',
  'handshake',
  'timeout',
  'unreachable',
];

/** What each failure is called. */
export const CODE_OF: Readonly<Record<FallbackCause | 'attacked', HastlsCode>> = {
  attacked: 'ERR_HASTLS_GARBLED',
  pinned: 'ERR_HASTLS_PINNED',
  'name-mismatch': 'ERR_HASTLS_NAME_MISMATCH',
  untrusted: 'ERR_HASTLS_UNTRUSTED',
  'not-offered': 'ERR_HASTLS_NOT_OFFERED',
  'upgrade-refused': 'ERR_HASTLS_UPGRADE_REFUSED',
  handshake: 'ERR_HASTLS_HANDSHAKE',
  timeout: 'ERR_HASTLS_TIMEOUT',
  unreachable: 'ERR_HASTLS_UNREACHABLE',
};
