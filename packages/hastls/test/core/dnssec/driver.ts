import { encodeMessage, parseName, type Question, typeFromText } from '#core/dns/index.js';
import {
  type Anchor,
  type AnswerReader,
  type Context,
  type Proven,
  type ProvenZone,
  prove,
  type Reply,
} from '#core/dnssec/index.js';
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
  /** Answers come in octets, for this to read. Default: they do not. */
  readonly readAnswer?: AnswerReader['read'];
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
    const replies = ask.map((each) => replyOf(world, each));
    step = proving.next({ replies, valid: await verifyAll(check) });
  }
}

function replyOf({ answer, readAnswer }: World, asked: Question): Reply {
  const message = answer(asked);
  if (message === undefined) return { kind: 'failure', why: 'timeout' };
  const read = readAnswer?.(encodeMessage(message)) ?? { ok: true, value: message };
  return read.ok ? { kind: 'message', message: read.value } : { kind: 'failure', why: read.why };
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
