import { parseName, type Question, typeFromText } from '#core/dns/index.js';
import { type Anchor, type Context, type Proven, type ProvenZone, prove } from '#core/dnssec/index.js';
import { hashes, verifyAll } from '#node/crypto.js';
import type { Answerer } from '#node/testing/index.js';

export const AT = 1_780_000_000;

/** What a proof came to, and what it took. */
export interface Run {
  readonly proven: Proven;
  readonly roundTrips: number;
  readonly asked: readonly Question[];
  readonly checks: number;
}

/** Whom to ask, and whom to believe. */
export interface World {
  readonly answer: Answerer;
  readonly anchors: readonly Anchor[];
}

/** Proves `NAME TYPE` with the answers of a world. */
export async function run(asked: string, world: World, settings: Partial<Context> = {}): Promise<Run> {
  const proving = prove(question(asked), { anchors: world.anchors, at: AT, hashes, ...settings });
  const all: Question[] = [];
  let [roundTrips, checks] = [0, 0];
  for (let step = proving.next(); ; ) {
    if (step.done) return { proven: step.value, roundTrips, asked: all, checks };
    const { ask, check } = step.value;
    if (ask.length > 0) roundTrips++;
    all.push(...ask);
    checks += check.length;
    const replies = ask.map((each) => {
      const message = world.answer(each);
      return message === undefined
        ? ({ kind: 'failure', why: 'timeout' } as const)
        : ({ kind: 'message', message } as const);
    });
    step = proving.next({ replies, valid: await verifyAll(check) });
  }
}

/** The proof alone, as "secure data". */
export async function outcome(asked: string, world: World, settings?: Partial<Context>): Promise<string> {
  const { proven } = await run(asked, world, settings);
  return `${proven.proof} ${proven.answer}`;
}

export function question(text: string): Question {
  const [name = '', mnemonic = ''] = text.split(' ');
  const type = typeFromText(mnemonic);
  if (type === undefined) throw new RangeError(`"${mnemonic}" is no type`);
  return { name: parseName(name), type };
}

/** A memory of proven zones, for `Context.known`. */
export const remembering =
  (zones: readonly ProvenZone[]): NonNullable<Context['known']> =>
  (zone) =>
    zones.find((each) => each.zone === zone);
