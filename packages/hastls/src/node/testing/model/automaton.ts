import { latin1, text } from '../../../core/bytes/index.ts';
import type { Machine } from '../../../core/talk/index.ts';

/** The end of the stream, where a piece could stand. */
export const END = '';

/** Where one side of a dialogue has come to. Pieces are text, a character for each octet. */
export interface Place {
  readonly id: number;
  /** What it heard, in the pieces in which it came. */
  readonly heard: readonly string[];
  /** How it ended, if it did: a verdict's kind, or `thrown`. */
  readonly ending: string | undefined;
  /** All that its ending carries. */
  readonly outcome: object | undefined;
  readonly waitsFor: Machine['waitsFor'];
  readonly leftover: string;
}

/** A step to another place, and what is said on it. */
export interface Passage {
  readonly place: Place;
  readonly said: readonly string[];
}

/** One side of a dialogue as all the places it can be in. */
export interface Automaton {
  readonly start: Passage;
  /** Hears a piece, or that there will be no more. */
  hear(at: Place, piece: string): Passage;
}

/** Begins a conversation anew. */
export type Begin = () => Machine<{ readonly kind: string }>;

/**
 * Finds the places of a conversation as they are asked for. A conversation cannot be copied, but it can be held again
 * from its beginning; and it is in the same place when the same octets led to as many frames and as many octets left over.
 */
export function automaton(begin: Begin, look: (found: Passage, isNew: boolean) => void): Automaton {
  const places = new Map<string, Place>();
  const passages = new Map<string, Passage>();

  function arrive(heard: readonly string[]): Passage {
    const { machine, said, thrown } = held(begin, heard);
    const ending = thrown ? 'thrown' : machine?.verdict?.kind;
    const leftover = text(machine?.leftover ?? new Uint8Array(0));
    const key = [heard.join(''), heard.at(-1) === END, machine?.frames, leftover.length, ending].join('\0');
    const known = places.get(key);
    const place = known ?? {
      id: places.size,
      heard,
      ending,
      outcome: machine?.verdict,
      waitsFor: machine?.waitsFor ?? 'nothing',
      leftover,
    };
    places.set(key, place);
    look({ place, said }, known === undefined);
    return { place, said };
  }

  return {
    start: arrive([]),
    hear(at, piece) {
      const step = `${at.id} ${piece}`;
      const known = passages.get(step);
      if (known !== undefined) return known;
      const passage = arrive([...at.heard, piece]);
      passages.set(step, passage);
      return passage;
    },
  };
}

interface Held {
  readonly machine: Machine<{ readonly kind: string }> | undefined;
  /** What was said to the last piece, or to begin with. */
  readonly said: readonly string[];
  readonly thrown: boolean;
}

/** Holds a conversation that hears these pieces, and sends in between, as a socket would. */
export function held(begin: Begin, heard: readonly string[]): Held {
  let machine: Held['machine'];
  try {
    machine = begin();
    let said = drain(machine);
    for (const piece of heard) {
      if (piece === END) machine.end();
      else machine.feed(latin1(piece));
      said = drain(machine);
    }
    return { machine, said, thrown: false };
  } catch {
    return { machine: undefined, said: [], thrown: true };
  }
}

const drain = (machine: Machine<unknown>): readonly string[] => machine.output.splice(0).map(text);
