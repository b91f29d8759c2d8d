import { latin1, text } from '../../core/bytes/index.ts';
import {
  type ClientContext,
  converse,
  type Handover,
  type Machine,
  NEUTRAL_SELF,
  type Profile,
  type ServerContext,
  type Verdict,
} from '../../core/talk/index.ts';

/** The head of a ClientHello, as `openssl s_client` sends it. */
export const HELLO: Uint8Array = Uint8Array.of(0x16, 0x03, 0x01, 0x01, 0x6a, 0x01, 0x00, 0x01, 0x66, 0x03, 0x03);

/** Who is called, and in whose name, wherever a profile is tried. */
export const CLIENT: ClientContext = { host: 'host.example', self: NEUTRAL_SELF };
export const SERVER: ServerContext = { host: 'host.example', mode: 'require' };

/** Holds the client's dialogue. */
export const client = (profile: Profile): Machine => converse(profile.client(CLIENT));

/** Holds the server's dialogue, which wants TLS unless it is told otherwise. */
export const server = (profile: Profile, as: Partial<ServerContext> = {}): Machine<Verdict | Handover> =>
  converse<Verdict | Handover>(profile.server({ ...SERVER, ...as }));

/** One of two. */
export type Side = 'client' | 'server';
export const SIDES: readonly Side[] = ['client', 'server'];

/** Holds either. */
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
