import {
  decodeMessage,
  encodeMessage,
  labels,
  type Message,
  type Name,
  parseName,
  type Question,
  RCODE,
  recordToText,
  sameName,
  TYPE,
} from '#core/dns/index.js';
import { type Anchor, LIMITS } from '#core/dnssec/index.js';
import {
  type Answerer,
  attacked,
  createHierarchy,
  type Hierarchy,
  response,
  type ZoneOptions,
} from '#node/testing/index.js';
import { type Chance, chanceOf } from './chance.ts';
import { type Damage, randomDamage } from './damage.ts';
import { proveWith } from './ours.ts';
import { randomWorld } from './random-world.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** A question to a world of its own, and what happens on the way. */
export interface Case {
  readonly index: number;
  readonly question: Question;
  readonly zones: readonly ZoneOptions[];
  readonly damages: readonly Damage[];
  /** Our verdict without the damages. */
  readonly truth: Verdict;
  /** Whether delv can judge it too: it knows the root's anchor only, the true time, and other limits. */
  readonly fitForDelv: boolean;
}

/** All cases below one root, so that one resolver can judge them side by side. */
export interface Cases {
  readonly cases: readonly Case[];
  readonly rootAnchor: Anchor;
  readonly anchors: readonly Anchor[];
  readonly answer: Answerer;
}

/** Each case follows from the seed and its index alone. */
export async function randomCases(seed: number, from: number, count: number, at: number): Promise<Cases> {
  const indexes = Array.from({ length: count }, (_, turn) => from + turn);
  const grown = indexes.map((index) => grow(index, chanceOf(Math.imul(seed, 0x9e3779b1) + index), at));
  const root = createHierarchy({
    at,
    zones: [{ apex: '.', records: grown.flatMap(({ delegation }) => delegation).join('\n') }],
  });
  const [rootAnchor] = root.anchors;
  if (rootAnchor === undefined) throw new RangeError('the root is signed');
  const anchors = [rootAnchor, ...grown.flatMap((each) => each.anchors)];
  const byTop = new Map<string, Answerer>();
  const honest: Answerer = (question) => {
    const top = topOf(question.name);
    return (
      (top === question.name && question.type === TYPE.DS ? undefined : byTop.get(top))?.(question) ??
      root.answer(question)
    );
  };
  for (const { top, hierarchy } of grown) byTop.set(top, hierarchy.answer);
  const bent = new Map<string, Answerer>();
  const cases = await Promise.all(
    grown.map(async ({ index, top, chance, world, anchors: own }) => {
      const { asked, proven } = await proveWith(world.question, honest, anchors, at);
      const within = asked.filter(({ name }) => topOf(name) === top);
      const damages = Array.from({ length: chance.pick([0, 0, 1, 1, 1, 2, 3]) }, () =>
        randomDamage(chance, within, [...asked, ...world.others]),
      );
      bent.set(top, attacked(honest, ...damages.map(({ attack }) => attack)));
      const { question, zones } = world;
      const each = { index, question, zones, damages, truth: verdictOf(proven) };
      return { ...each, fitForDelv: own.length + damages.length === 0 && isOrdinary(each) };
    }),
  );
  const answer: Answerer = (question) => asOnTheWire(question, (bent.get(topOf(question.name)) ?? honest)(question));
  return { cases, rootAnchor, anchors, answer };
}

/** Whether names lie below an asterisk. */
export const hasInnerAsterisk = ({ zones }: Pick<Case, 'zones'>): boolean =>
  zones.some(({ apex, records = '' }) => /\.\*\.|^\*\./.test(apex) || /^\S+\.\*\./m.test(records));

/** Whether delv would follow the same aliases as we do, at its own time and within its own limits. */
const isOrdinary = (each: Pick<Case, 'question' | 'zones'>): boolean =>
  each.question.type !== TYPE.CNAME &&
  each.question.type !== TYPE.DNAME &&
  !hasInnerAsterisk(each) &&
  each.zones.every(
    ({ validity, denial }) =>
      validity === undefined && !(denial?.kind === 'nsec3' && (denial.iterations ?? 0) > LIMITS.nsec3Iterations),
  );

function grow(index: number, chance: Chance, at: number) {
  const top = parseName(`c${index}`);
  const world = randomWorld(chance, top, at);
  const hierarchy = createHierarchy({ zones: world.zones, at });
  const known = chance.pick(['from the root', 'from the root', 'by anchors of its own', 'both'] as const);
  return {
    index,
    top,
    chance,
    world,
    hierarchy,
    anchors: known === 'from the root' ? [] : ownAnchors(chance, hierarchy, world.zones),
    delegation: [
      `${top} NS ns.${top}`,
      ...(known === 'by anchors of its own' ? [] : hierarchy.anchors.map(({ record }) => recordToText(record))),
    ],
  };
}

/** The top's DS or DNSKEY records, and now and then the keys of a zone further down. */
function ownAnchors(chance: Chance, { anchors }: Hierarchy, zones: readonly ZoneOptions[]): readonly Anchor[] {
  const island = chance.hits(0.3) ? chance.any(zones) : chance.hits(0.5) ? zones[0] : undefined;
  if (island === undefined) return anchors;
  const zone = parseName(island.apex);
  const keys = (island.keys ?? []).filter(({ rdata }) => rdata[1] === 1);
  const dnskeys = keys.map(({ rdata }) => ({
    zone,
    record: { name: zone, type: TYPE.DNSKEY, class: 1, ttl: 0, rdata },
  }));
  return [...anchors.filter((each) => !sameName(each.zone, zone)), ...dnskeys];
}

const topOf = (name: Name): Name => {
  const last = labels(name).at(-1);
  return last === undefined ? name : parseName(last.toLowerCase());
};

/** What cannot be sent or read is a failure of the server for everybody. */
function asOnTheWire(question: Question, message: Message | undefined): Message {
  try {
    const read = message && decodeMessage(encodeMessage(message));
    if (read?.ok) return read.value;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return response(question, RCODE.SERVFAIL);
}
