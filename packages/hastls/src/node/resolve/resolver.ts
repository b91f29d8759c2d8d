import { canonical, type Question } from '../../core/dns/index.ts';
import type { Context, ProvenZone } from '../../core/dnssec/index.ts';
import { hashes } from '../crypto.ts';
import { HastlsError } from '../errors.ts';
import type { AnchorKeeper } from './anchor-keeper.ts';
import { type Answer, mergeAnswers, toAnswer } from './answer.ts';
import type { Answered, Asker } from './ask.ts';
import { toAskedName, toAskedType } from './asked.ts';
import { BUILD_DATE } from './build-date.ts';
import { believable, createCache, keepAnswer, octetsOf } from './cache.ts';
import type { Inquiry } from './inquiry.ts';
import type { AskWithout, insist } from './insist.ts';
import { pinned } from './pinned.ts';
import type { Settings } from './settings.ts';
import { createSharing } from './sharing.ts';
import type { Signal } from './signal.ts';

/** Looks names up and proves what it finds. */
export interface Resolver {
  /**
   * Looks up a name, in whatever alphabet, and a type, by mnemonic, `TYPEnnn` or number. What could not be found out
   * or does not hold is an answer too: read `proof` first.
   * @throws HastlsError ERR_HASTLS_OPTION for what cannot be asked for, ERR_HASTLS_STATE for a state of the anchors that
   * cannot be read or kept, and the signal's reason
   */
  lookup(name: string, type: string | number, options?: { readonly signal?: AbortSignal }): Promise<Answer>;
  /** Calls off what is under way, forgets what was learnt, and takes no more questions. */
  close(): void;
}

/** Time, of both kinds. */
export interface Clock {
  /** Seconds since 1970, as the machine believes. */
  now(): number;
  /** Milliseconds since some moment; they only ever grow. */
  elapsedMs(): number;
}

/** Of all answers together: those of a hundred thousand names, as most zones are signed. */
const MAX_OCTETS = 200_000_000;
const MAX_ZONES = 4096;
/** Zones that are pinned once they were proven; those that came first stay, so that nobody can push them out. */
const MAX_PINNED = 65_536;

/** How far a machine's clock may be off without signatures failing for it. */
const SKEW_SECONDS = 300;

/** A resolver at work: what it knows, and what is under way. */
export function resolverOf(settings: Settings, clock: Clock): Resolver {
  const answers = createCache(MAX_OCTETS, clock.elapsedMs, octetsOf);
  const zones = createCache<ProvenZone>(MAX_ZONES, clock.elapsedMs);
  const { seen } = settings;
  const lookups = createSharing<Answer>();
  const questions = createSharing<Answered>();
  let loaded: Promise<Tools> | undefined;
  let memory = {}; // another one whenever all is forgotten
  const forget = () => {
    memory = {};
    answers.clear();
    zones.clear();
  };
  const tools = (): Promise<Tools> => (loaded ??= loadTools(settings, clock, byClock, forget));
  const closed = new HastlsError('ERR_HASTLS_OPTION', 'this resolver is closed');
  let isClosed = false;

  const at = () => Math.floor(settings.at ?? clock.now()); // signatures know whole seconds only
  const byClock = settings.at === undefined ? { notBefore: BUILD_DATE, skew: SKEW_SECONDS } : {};

  function proven(question: Question, signal: AbortSignal | undefined): Answer | Promise<Answer> {
    const key = keyOf(question);
    const held = answers.find(key);
    if (held === undefined || (held.expires ?? at()) < at())
      // a clock set forward ends it, too
      return lookups.join(key, signal, (off) => freshlyProven(question, off));
    if (settings.prefetch && held.proof !== 'bogus' && answers.isEnding(key)) renew(key, question);
    return held;
  }

  /** Nobody waits for this, and what is held counts on while it comes to nothing. */
  function renew(key: string, question: Question): void {
    lookups.join(key, undefined, (off) => freshlyProven(question, off)).catch(() => {});
  }

  async function freshlyProven(question: Question, off: Signal): Promise<Answer> {
    const began = at();
    const asked: Inquiry[] = [];
    const { upstreams, insist, keeper } = await tools();
    const anchors = keeper === undefined ? settings.trust.anchors : await keeper.anchors(began);
    const begun = memory;
    const context = { ...settings.trust, ...byClock, anchors, at: began, hashes, known: zones.find };
    const ask: AskWithout = (each, signal, without, { read, isRoomy }) => {
      const work = (left: Signal) => upstreams.ask(each, left, without, read);
      return isRoomy ? questions.join([keyOf(each), ...without].join(' '), signal, work) : work(signal);
    };
    const found = await insist(question, context, { ...upstreams, ask }, settings.timeoutMs, off, asked);
    const answer = toAnswer(pinned(found, settings.pinnedZones, seen ?? NOBODY));
    if (memory !== begun) return { ...answer, asked }; // by keys that may be trusted no more [RFC5011 §2.1]
    for (const zone of found.learnt) {
      zones.keep(canonical(zone.zone), zone, believable(zone.expires, began));
      if (seen !== undefined && zone.proof === 'secure' && seen.size < MAX_PINNED) seen.add(canonical(zone.zone));
    }
    keepAnswer(answers, keyOf(question), answer, began);
    return { ...answer, asked }; // which is kept by nobody
  }

  return {
    async lookup(name, type, { signal, ...others } = {}) {
      if (isClosed) throw closed;
      for (const key of Object.keys(others))
        throw new HastlsError(
          'ERR_HASTLS_OPTION',
          `unknown option "${key}": a look-up takes "signal", a resolver the rest`,
        );
      signal?.throwIfAborted();
      const { rrtypes } = settings;
      const asked = { name: toAskedName(name), type: toAskedType(type, rrtypes[0]) };
      const more = asked.type === rrtypes[0] ? rrtypes.slice(1) : NONE;
      const first = proven(asked, signal);
      if (more.length === 0) return first;
      const all = more.map((each) => proven({ ...asked, type: each }, signal));
      return mergeAnswers(await Promise.all([first, ...all]));
    },
    close() {
      isClosed = true;
      lookups.stop(closed);
      void loaded?.then(({ upstreams }) => upstreams.close());
      forget();
    },
  };
}

const NONE: readonly number[] = [];
const NOBODY: ReadonlySet<string> = new Set();

interface Tools {
  readonly upstreams: Asker;
  readonly insist: typeof insist;
  /** Only where anchors are to be followed. */
  readonly keeper: AnchorKeeper | undefined;
}

/** Sockets and the prover are loaded with the first question: not everybody who imports a resolver has one at once. */
async function loadTools(
  settings: Settings,
  { elapsedMs }: Clock,
  byClock: Pick<Context, 'notBefore' | 'skew'>,
  onChange: () => void,
): Promise<Tools> {
  const [{ createAsk }, { insist }] = await Promise.all([import('./ask.ts'), import('./insist.ts')]);
  const upstreams = createAsk(settings.asking, elapsedMs);
  if (settings.anchorsState === undefined) return { upstreams, insist, keeper: undefined };
  const [{ createAnchorKeeper }, { sightOf }] = await Promise.all([import('./anchor-keeper.ts'), import('./sight.ts')]);
  const sight = sightOf(upstreams, { ...settings.trust, ...byClock }, settings.timeoutMs);
  return {
    upstreams,
    insist,
    keeper: createAnchorKeeper(settings.anchorsState, settings.trust.anchors, sight, onChange),
  };
}

/** What is asked for is in lower case already; what proofs ask for may not be. */
const keyOf = ({ name, type }: Question): string => `${type} ${canonical(name)}`;
