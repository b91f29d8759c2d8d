import { type Automaton, END, type Passage, type Place } from './automaton.ts';
import { variants } from './variants.ts';
import { HELLO } from './words.ts';

/** Both sides, and what is on its way between them. */
interface State {
  readonly client: Place;
  readonly server: Place;
  readonly toClient: readonly string[];
  readonly toServer: readonly string[];
}
type Direction = 'toClient' | 'toServer';

/** How much there was to see. */
export interface Explored {
  /** States of both sides, and of what is on its way between them. */
  readonly states: number;
  /** Steps between states: messages delivered, and edits. */
  readonly steps: number;
  /** States in which the client begins TLS, and the true server is there to do so too. */
  readonly agreed: number;
  /** States in which the client begins TLS with nobody but the attacker, who cannot prove to be the server. */
  readonly alone: number;
}

/**
 * Follows every script of at most so many edits. Between edits messages are delivered in every order in which the two
 * directions can be. A state is followed once, from the way that leads to it with the fewest edits.
 */
export function explore(client: Automaton, server: Automaton, words: readonly string[], edits: number): Explored {
  const seen = new Set<string>();
  const found = { steps: 0, agreed: 0, alone: 0 };
  const first = arrived(
    arrived(
      { client: client.start.place, server: server.start.place, toClient: [], toServer: [] },
      'toClient',
      client.start,
    ),
    'toServer',
    server.start,
  );
  let ahead = new Map([[keyOf(first), first]]);
  for (let used = 0; used <= edits && ahead.size > 0; used++) {
    const edited = new Map<string, State>();
    const stack = [...ahead];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [key, state] = top;
      if (seen.has(key)) continue;
      seen.add(key);
      if (state.client.ending === 'start-tls') found[state.server.ending === 'start-tls' ? 'agreed' : 'alone']++;
      for (const direction of ['toClient', 'toServer'] as const) {
        const receiver = direction === 'toClient' ? client : server;
        for (const next of delivered(state, direction, receiver)) {
          found.steps++;
          const at = keyOf(next);
          if (!seen.has(at)) stack.push([at, next]);
        }
        if (used === edits) continue;
        for (const next of meddled(state, direction, receiver, words)) {
          found.steps++;
          const at = keyOf(next);
          if (!seen.has(at)) edited.set(at, next);
        }
      }
    }
    ahead = edited;
  }
  return { states: seen.size, ...found };
}

/** Lets one side hear every sequence of at most so many words, and counts the places it comes to. */
export function roam(side: Automaton, words: readonly string[], length: number): number {
  const seen = new Set([side.start.place]);
  let ahead: readonly Place[] = [side.start.place];
  for (let left = length; left > 0; left--) {
    const next = ahead
      .filter(({ ending }) => ending === undefined)
      .flatMap((place) => [END, ...words].map((word) => side.hear(place, word).place));
    ahead = [...new Set(next)].filter((place) => !seen.has(place));
    for (const place of ahead) seen.add(place);
  }
  return seen.size;
}

/** The honest step: the message that has been on its way for longest arrives. */
function* delivered(state: State, direction: Direction, receiver: Automaton): Generator<State> {
  const [head, ...rest] = state[direction];
  if (head !== undefined && isOpen(state, direction))
    yield heard({ ...state, [direction]: rest }, direction, receiver, head);
}

/** Every single edit. */
function* meddled(state: State, direction: Direction, receiver: Automaton, words: readonly string[]): Generator<State> {
  if (!isOpen(state, direction)) return;
  yield heard(state, direction, receiver, END); // close
  for (const word of words) yield heard(state, direction, receiver, word); // inject
  const [head, ...rest] = state[direction];
  if (head === undefined) return;
  const without = { ...state, [direction]: rest };
  yield without; // drop
  yield heard(state, direction, receiver, head); // repeat
  for (const other of [...words, ...variants(head)])
    if (other !== head) yield heard(without, direction, receiver, other); // replace
  for (const word of words) yield heard(without, direction, receiver, head + word); // inject in the same segment
  for (const at of cuts(head))
    yield heard({ ...state, [direction]: [head.slice(at), ...rest] }, direction, receiver, head.slice(0, at)); // split
}

const isOpen = ({ client, server }: State, direction: Direction): boolean =>
  (direction === 'toClient' ? client : server).ending === undefined;

function heard(state: State, direction: Direction, receiver: Automaton, piece: string): State {
  return arrived(state, direction, receiver.hear(direction === 'toClient' ? state.client : state.server, piece));
}

/** The state in which one side has come to another place. Nothing is on its way to whom the dialogue is over for. */
function arrived(state: State, direction: Direction, { place, said }: Passage): State {
  const { client, server, toClient, toServer } = state;
  const isOver = place.ending !== undefined;
  if (direction === 'toServer')
    return { client, server: place, toClient: [...toClient, ...said], toServer: isOver ? [] : toServer };
  const hello = place.ending === 'start-tls' ? [HELLO] : [];
  const out = server.ending === undefined ? [...toServer, ...said, ...hello] : [];
  return { client: place, server, toClient: isOver ? [] : toClient, toServer: out };
}

/** Where a message is cut: behind its first octet, before its last, and around the ends of its lines. */
const cuts = (message: string): readonly number[] =>
  [
    ...new Set([1, ...[...message.matchAll(/\r|\n/g)].flatMap(({ index }) => [index, index + 1]), message.length - 1]),
  ].filter((at) => at > 0 && at < message.length);

/** Of a side whose dialogue is over only the ending counts. */
const keyOf = ({ client, server, toClient, toServer }: State): string =>
  [client.ending ?? client.id, server.ending ?? server.id, ...toClient, '\0', ...toServer].join('\x01');
