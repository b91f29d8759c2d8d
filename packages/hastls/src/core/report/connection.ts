import { type Decided, type DecisionObject, decisionObject, decisionTree } from './decision.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { rfc3339 } from './rfc3339.ts';
import { leaf, type Tree } from './tree.ts';

/** A connection that was made, with the decision that it follows. */
export interface Connected extends Decided {
  readonly security: 'tls' | 'unauthenticated' | 'plaintext';
  readonly how: 'implicit' | 'in-band' | 'plaintext';
  /** Nothing where there is no TLS. */
  readonly tls: Negotiated | undefined;
  /** Every attempt, in order; the last one connected. */
  readonly tried: readonly {
    readonly do: string;
    readonly port: number;
    readonly outcome: string;
    readonly why: string;
  }[];
}

/** What the handshake agreed on. */
export interface Negotiated {
  readonly protocol: string;
  readonly cipher: string;
  readonly group: string | undefined;
  readonly alpn: string | undefined;
  readonly certificate: Certificate | undefined;
}

/** What the peer's certificate says. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string | undefined;
  /** Validity in seconds since 1970. */
  readonly from: number;
  readonly until: number;
  /** SHA-256. */
  readonly fingerprint: string;
}

/** The connection as programs are told it: its decision, and what came of it. */
export interface ConnectionObject extends DecisionObject {
  readonly security: Connected['security'];
  readonly how: Connected['how'];
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly group: string | null;
  readonly alpn: string | null;
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    readonly names: string | null;
    readonly notBefore: string;
    readonly notAfter: string;
    readonly fingerprint: string;
  } | null;
  readonly tried: Connected['tried'];
}

/** A connection as programs are told it. */
export function connectionObject(connected: Connected): ConnectionObject {
  const { security, how, tls, tried } = connected;
  return {
    ...decisionObject(connected),
    security,
    how,
    protocol: tls?.protocol ?? null,
    cipher: tls?.cipher ?? null,
    group: tls?.group ?? null,
    alpn: tls?.alpn ?? null,
    certificate: tls?.certificate === undefined ? null : certificateObject(tls.certificate),
    tried: tried.map((each) => ({ ...each, why: printable(each.why) })),
  };
}

const certificateObject = ({ subject, issuer, names, from, until, fingerprint }: Certificate) => ({
  subject: printable(subject),
  issuer: printable(issuer),
  names: names === undefined ? null : printable(names),
  notBefore: rfc3339(from),
  notAfter: rfc3339(until),
  fingerprint,
});

/** The connection as people are told it: the decision's tree, the attempts, and what was negotiated. */
export function connectionTree(connected: Connected, paint: Paint): Tree {
  const { says, below } = decisionTree(connected, paint);
  const tried = connected.tried.map(({ do: how, port, outcome, why }) =>
    leaf(`${how}, port ${port}: ${printable(outcome)}${why === outcome ? '' : `, ${printable(why)}`}`),
  );
  return { says, below: [...below, { says: 'tried', below: tried }, securityTree(connected, paint)] };
}

function securityTree({ security, how, tls }: Connected, paint: Paint): Tree {
  const said = {
    tls: paint.good('secure'),
    unauthenticated: paint.bad('not secure: to nobody knows whom'),
    plaintext: paint.bad('plaintext'),
  };
  if (tls === undefined) return leaf(`connected: ${said[security]}`);
  const { protocol, cipher, group, alpn, certificate } = tls;
  return {
    says: `connected: ${said[security]}, ${how}`,
    below: [
      leaf(
        [protocol, cipher, group, alpn]
          .filter((each) => each !== undefined)
          .map(printable)
          .join(', '),
      ),
      ...(certificate === undefined ? [] : [certificateTree(certificate)]),
    ],
  };
}

const certificateTree = ({ subject, issuer, names, from, until, fingerprint }: Certificate): Tree => ({
  says: `certificate: ${printable(names ?? subject)}`,
  below: [
    leaf(`subject ${printable(subject)}`),
    leaf(`issued by ${printable(issuer)}`),
    leaf(`valid from ${rfc3339(from)} to ${rfc3339(until)}`),
    leaf(`SHA-256 ${printable(fingerprint)}`),
  ],
});
