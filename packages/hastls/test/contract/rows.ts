import { latin1, text } from '#core/bytes/index.js';
import { offByDefault, profiles } from '#core/profiles/index.js';
import {
  converse,
  type Handover,
  type Machine,
  type Profile,
  type ServerContext,
  trigger97,
  type Verdict,
} from '#core/talk/index.js';

/** The head of a ClientHello, as `openssl s_client` sends it. */
export const HELLO: Uint8Array = Uint8Array.of(0x16, 0x03, 0x01, 0x01, 0x6a, 0x01, 0x00, 0x01, 0x66, 0x03, 0x03);

/** House protocols that the maker of 1997 triggers must be good for: who greets, and with which words, is theirs. */
const houses: readonly Profile[] = [
  trigger97({
    name: 'house-silent',
    service: 'house',
    ports: { plain: [7000], tls: [] },
    ok: 'OK',
    required: 'TLS? first',
    unknown: 'QUE?',
  }),
  trigger97({
    name: 'house-greeting',
    service: 'house',
    ports: { plain: [7001], tls: [] },
    greetings: ['+HELLO friend', '+BUSY wait'],
    ok: '+YES do',
    required: '-TLS needed',
    unknown: '-ERR what?',
    keepDialogue: true,
  }),
];

/** Every profile there is. A new one is tested by being in the list. */
export const rows: readonly Profile[] = [...profiles, ...offByDefault.map(({ profile }) => profile), ...houses];

/** Those whose server reads commands line by line, and refuses one without ending the connection. */
export const lineRows: readonly Profile[] = rows.filter(
  ({ name }) =>
    ![
      ...['ldap', 'xmpp-client', 'xmpp-server', 'postgresql', 'mysql', 'nats', 'nbd'],
      ...['amqp', 'vnc', 'rdp', 'telnet', 'mssql', 'http-upgrade'],
    ].includes(name),
);

/** Commands that are no business of the upgrade, in each protocol's manner. */
export const ordinary = (profile: Profile): readonly string[] => ORDINARY[profile.name] ?? OTHERS;

const OTHERS = ['AUTH PLAIN AGpvZQBzZWNyZXQ=', 'GROUP misc.test'];
const ORDINARY: Readonly<Record<string, readonly string[]>> = {
  imap: ['x1 LOGIN joe secret', 'x2 SELECT INBOX'],
  ftp: ['USER joe', 'RETR secret'],
  sieve: ['AUTHENTICATE "PLAIN" "AGpvZQBzZWNyZXQ="', 'LISTSCRIPTS'],
  irc: ['NICK joe', 'JOIN #test'],
};

export const client = (profile: Profile): Machine =>
  converse(profile.client({ host: 'host.example', self: 'client.invalid' }));
export const server = (profile: Profile, as: Partial<ServerContext> = {}): Machine<Verdict | Handover> =>
  converse<Verdict | Handover>(profile.server({ host: 'host.example', mode: 'require', ...as }));

export type Side = 'client' | 'server';
export const SIDES: readonly Side[] = ['client', 'server'];
export const hold = (profile: Profile, side: Side): Machine<Verdict | Handover> =>
  side === 'client' ? client(profile) : server(profile);

/** What the given side hears in an honest dialogue, in the pieces that the other side sends; all that leads to TLS. */
export function heardBy(profile: Profile, side: Side): readonly Uint8Array[] {
  const machines = { client: client(profile), server: server(profile) };
  const heard: Record<Side, Uint8Array[]> = { client: [], server: [] };
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to] of [
      ['server', 'client'],
      ['client', 'server'],
    ] as const)
      for (const piece of machines[from].output.splice(0)) {
        moved = true;
        heard[to].push(piece);
        machines[to].feed(piece);
      }
  }
  if (machines.server.waitsFor === 'hello') heard.server.push(HELLO);
  return heard[side];
}

/** Feeds pieces one after the other, sending in between as a socket would. Gives all that was sent. */
export function feed(machine: Machine<unknown>, ...pieces: readonly (string | Uint8Array)[]): string {
  let sent = machine.output.splice(0).map(text).join('');
  for (const piece of pieces) {
    machine.feed(typeof piece === 'string' ? latin1(piece) : piece);
    sent += machine.output.splice(0).map(text).join('');
  }
  return sent;
}

/** A small seeded generator, so that a failure can be run again. */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Cuts to single octets. */
export const octets = (bytes: Uint8Array): readonly Uint8Array[] => [...bytes].map((octet) => Uint8Array.of(octet));
