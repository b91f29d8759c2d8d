import type { ClientIdentity } from '../handshake.ts';
import type { Endpoint } from './leg.ts';

/** A server that leaves TLS to the gateway: where it is, and how it is spoken to. */
export type Backend = Endpoint & {
  /**
   * TLS on the way to it as well, always verified. Default: none, for a server that nobody else can listen to, such as
   * one on this machine.
   */
  readonly tls?: BackendTls;
  /**
   * How it learns who the client is. `line` and `octets`: by a header of the PROXY protocol, version 1 or 2, the latter
   * with what was agreed on in TLS; `dialogue`: in its own protocol, if that has words for it. It has to be told to
   * believe us, and only us. Default: it does not learn it.
   */
  readonly introduce?: 'line' | 'octets' | 'dialogue';
};

/** TLS towards a backend. There is no way to have it unverified. */
export interface BackendTls {
  /** From the first octet, or by the upgrade of the gateway's profile. */
  readonly how: 'implicit' | 'in-band';
  /** For whom its certificate must be: a name, or an address. */
  readonly name: string;
  /** Whom to trust, in PEM. Default: the roots that Node trusts. */
  readonly ca?: string;
  /** Keys that it may have: SHA-256 over the SubjectPublicKeyInfo, in base64. Default: any. */
  readonly pins?: readonly string[];
  /** The certificate that we show. Default: none. */
  readonly identity?: ClientIdentity;
}

/** How a backend has changed. */
export interface BackendNews {
  /** Where it is: `host:port`, or a path. */
  readonly backend: string;
  readonly state: 'sick' | 'well';
  /** Why it is sick. */
  readonly why?: string;
}

/** The backends of a gateway, and how each has fared. */
export interface Backends {
  /** All of them, for one client: in the order in which they are to be tried. */
  inOrder(): readonly Backend[];
  /** It could be reached, whatever it said then. */
  reached(backend: Backend): void;
  failed(backend: Backend, why: string): void;
}

/**
 * Remembers who failed: it is tried last for ten seconds. Then one client tries it in its place again, so that it recovers
 * by itself, and nobody else waits for it meanwhile.
 * @param order each client begins with the first of the list, or with the one behind its predecessor's
 * @param elapsedMs a clock that only goes forward
 */
export function createBackends(
  listed: readonly Backend[],
  order: 'as-listed' | 'in-turns' = 'as-listed',
  onNews: (news: BackendNews) => void = () => {},
  elapsedMs: () => number = () => performance.now(),
): Backends {
  const sickUntil = new Map<Backend, number>();
  let turn = 0;

  function isToRest(backend: Backend): boolean {
    const until = sickUntil.get(backend);
    if (until === undefined) return false;
    if (until > elapsedMs()) return true;
    sickUntil.set(backend, elapsedMs() + REST_MS); // who learns this now tries it; the others do not wait for that
    return false;
  }

  return {
    inOrder() {
      const first = order === 'in-turns' ? turn++ % listed.length : 0;
      const inTurn = [...listed.slice(first), ...listed.slice(0, first)];
      const resting = inTurn.filter(isToRest);
      return [...inTurn.filter((each) => !resting.includes(each)), ...resting];
    },
    reached(backend) {
      if (sickUntil.delete(backend)) onNews({ backend: placeOf(backend), state: 'well' });
    },
    failed(backend, why) {
      if (!sickUntil.has(backend)) onNews({ backend: placeOf(backend), state: 'sick', why });
      sickUntil.set(backend, elapsedMs() + REST_MS);
    },
  };
}

const REST_MS = 10_000;

/** Where a backend is, for people. */
const placeOf = (backend: Endpoint): string =>
  'path' in backend
    ? backend.path
    : `${backend.host.includes(':') ? `[${backend.host}]` : backend.host}:${backend.port}`;
