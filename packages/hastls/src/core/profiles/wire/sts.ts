import {
  type Conversation,
  closed,
  type Handover,
  handover,
  notTheProtocol,
  say,
  type Verdict,
  verb,
} from '../../talk/index.ts';
import { message } from './irc.ts';

/**
 * What a chat server says of TLS by its capability `sts`, and what that comes to. Over TLS it is a commitment, for a time,
 * that may be remembered and given to `connect()` among its `sources`: it only forbids. In clear anybody may have said it,
 * so it leads to TLS and to nothing else, and is not to be remembered. [IRCv3 sts] [V18]
 */
export type Sts =
  | {
      readonly kind: 'commits';
      /** As `sources` take it. */
      readonly source: {
        readonly name: string;
        readonly forbidsPlaintext: true;
        readonly commitsToTls: true;
        readonly tlsPort: number;
      };
      /** In force until then, in seconds since 1970. */
      readonly until: number;
    }
  /** Over TLS: forget what was committed to. */
  | { readonly kind: 'withdraws' }
  /** In clear: end this connection, and begin one with TLS on that port. */
  | { readonly kind: 'leads'; readonly tlsPort: number };

/** Where and when a capability was heard: over authenticated TLS on that port, or in clear. */
export interface Heard {
  readonly security: 'tls' | 'plaintext';
  readonly port: number;
  /** Seconds since 1970. */
  readonly at: number;
}

/** Nobody is bound for longer by a server's word, whatever it says: a year, in seconds. */
const LONGEST = 365 * 86_400;

/** Reads the value of `sts`; undefined: it says nothing that counts here. */
export function readSts(value: string, { security, port, at }: Heard): Sts | undefined {
  const tokens = value.split(',').map((each) => each.split('='));
  const numberOf = (key: string, most: number): number | undefined => {
    const [found, ...more] = tokens.filter(([each]) => each === key);
    const digits = /^\d{1,15}$/.exec(found?.[1] ?? '')?.[0];
    return digits === undefined || more.length > 0 || Number(digits) > most ? undefined : Number(digits);
  };
  if (security === 'plaintext') {
    const tlsPort = numberOf('port', 65_535);
    return tlsPort === undefined || tlsPort === 0 ? undefined : { kind: 'leads', tlsPort };
  }
  const duration = numberOf('duration', Number.MAX_SAFE_INTEGER); // the port is that of this connection, whatever is said
  if (duration === undefined) return undefined;
  if (duration === 0) return { kind: 'withdraws' };
  return {
    kind: 'commits',
    source: { name: 'STS', forbidsPlaintext: true, commitsToTls: true, tlsPort: port },
    until: at + Math.min(duration, LONGEST),
  };
}

/** Asks for capabilities, before anything else is said, and hands over the value of `sts`: empty where there is none. */
export function* askSts(): Conversation<Verdict | Handover> {
  yield* say('CAP LS 302');
  for (let found = ''; ; ) {
    const { code, whole: heard } = yield* message();
    const [word = '', , answer = '', ...rest] = heard.replace(/^:\S* /, '').split(' ');
    if (code === 'ERROR') return closed(heard);
    if (word === '421' || word === '451') return handover(''); // it knows of no capabilities
    if (code !== 'CAP' || verb(answer) !== 'LS') return notTheProtocol(heard);
    const goesOn = rest[0] === '*';
    const listed = rest
      .slice(goesOn ? 1 : 0)
      .join(' ')
      .replace(/^:/, '')
      .split(' ');
    found = listed.find((each) => each.startsWith('sts='))?.slice('sts='.length) ?? found;
    if (!goesOn) return handover(found);
  }
}
