import type { Doors, Port } from '../dns/hastls.ts';
import type { Attempt, Request, ServicePorts } from './request.ts';

/** A way to TLS, and the plaintext port that its record pairs with it. */
export interface Candidates {
  readonly secure: readonly Attempt[];
  /** Each with the ways to TLS it is paired with; none for a server that has no TLS. */
  readonly plaintext: readonly { readonly port: Port; readonly pair: readonly Attempt[] }[];
}

/** What a set of usable records offers, for a client with or without a port of its own. [A10] [A11] [A13] */
export function fromRecords(doors: readonly Doors[], request: Request): Candidates {
  const { service, port } = request;
  const matching = port === undefined ? doors : doors.filter((each) => portsOf(each).includes(port));
  const secure = secureOf(matching, service);
  return {
    // a configured plaintext port does not lead past the TLS that the host offers elsewhere [A10]
    secure: inOrder(secure.length > 0 ? secure : secureOf(doors, service), request),
    plaintext: plaintextOf(matching, service),
  };
}

/** What there is to try when no record names a port: the configured one, or the service's defaults. [R19] */
export function fromDefaults({ service, port, implicit }: Request): Candidates {
  const [plain, tls] = [port ?? firstPort(service.ports.plain), port ?? firstPort(service.ports.tls)];
  const mayUpgrade = service.inBand && implicit !== true;
  const isTlsPort = port !== undefined && service.ports.tls.includes(port) && !service.ports.plain.includes(port);
  const wrapped = port === undefined || !mayUpgrade || isTlsPort;
  const secure: Attempt[] = [];
  if (tls !== undefined && wrapped) secure.push({ do: 'tls', port: tls });
  if (plain !== undefined && mayUpgrade && (port === undefined || !wrapped))
    secure.push({ do: 'upgrade', port: plain });
  return { secure, plaintext: plain === undefined ? [] : [{ port: plain, pair: secure }] };
}

/** Whether a record speaks of this port at all. [A13] */
export const portsOf = (doors: Doors): readonly Port[] => {
  switch (doors.kind) {
    case 'plain-only':
      return [doors.plain];
    case 'tls-only':
      return [doors.tls];
    case 'two-ports':
      return [doors.plain, doors.tls];
    case 'in-band':
      return [doors.port];
  }
};

/** How this record leads to TLS, if it does. */
export function secureAttempt(doors: Doors, service: ServicePorts): Attempt | undefined {
  switch (doors.kind) {
    case 'plain-only':
      return undefined; // [R28] [R26]
    case 'in-band':
      return { do: 'upgrade', port: doors.port }; // [R15]
    case 'two-ports':
      return { do: 'tls', port: doors.tls };
    case 'tls-only':
      return { do: isInBandPort(doors.tls, service) ? 'upgrade' : 'tls', port: doors.tls }; // [A3]
  }
}

const isInBandPort = (port: Port, { inBand, ports }: ServicePorts): boolean =>
  inBand && ports.plain.includes(port) && !ports.tls.includes(port);

const firstPort = (ports: readonly number[]): Port | undefined => ports[0] as Port | undefined; // a profile's own ports

function secureOf(doors: readonly Doors[], service: ServicePorts): readonly Attempt[] {
  const found = new Map<string, Attempt>();
  for (const each of doors) {
    const attempt = secureAttempt(each, service);
    if (attempt !== undefined) found.set(keyOf(attempt), attempt); // duplicates are one record [A12]
  }
  return [...found.values()];
}

function plaintextOf(doors: readonly Doors[], service: ServicePorts): Candidates['plaintext'] {
  const pairs = new Map<Port, Attempt[]>();
  for (const each of doors) {
    if (each.kind === 'tls-only') continue; // [R25] [R29]
    const plain = each.kind === 'in-band' ? each.port : each.plain;
    const attempt = secureAttempt(each, service);
    pairs.set(plain, [...(pairs.get(plain) ?? []), ...(attempt === undefined ? [] : [attempt])]);
  }
  return [...pairs]
    .map(([port, pair]) => ({ port, pair }))
    .sort((a, b) => rank(a.port, service.ports.plain) - rank(b.port, service.ports.plain) || a.port - b.port);
}

/** The configured port, the implicit default, the in-band default, the rest ascending: an RRset has no order of its own. [A10] */
function inOrder(attempts: readonly Attempt[], { port, service: { ports } }: Request): readonly Attempt[] {
  const place = (attempt: Attempt): number => {
    if (attempt.port === port) return 0;
    return attempt.do === 'tls' ? 1 + 2 * rank(attempt.port, ports.tls) : 2 + rank(attempt.port, ports.plain);
  };
  return [...attempts].sort((a, b) => place(a) - place(b) || a.port - b.port || (a.do === 'tls' ? -1 : 1));
}

const rank = (port: Port, defaults: readonly number[]): 0 | 1 => (port === defaults[0] ? 0 : 1);

/** What makes two attempts the same. */
export const keyOf = (attempt: Attempt): string => `${attempt.do} ${attempt.port}`;
