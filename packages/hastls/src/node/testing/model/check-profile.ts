import { latin1 } from '../../../core/bytes/index.ts';
import { type Profile, type ServerContext, shown } from '../../../core/talk/index.ts';
import { automaton, type Begin } from './automaton.ts';
import { type Claim, type Fault, firstOverTls, transcriptOf, watchClient, watchServer } from './claims.ts';
import { type Explored, explore, roam } from './explore.ts';
import { checkPlans, type Plans } from './plans.ts';
import { clientOf, learnWords, serverOf } from './words.ts';

/** What an attacker may do to a profile, and what more is known of it. */
export interface CheckOptions {
  /** At most so many edits in one dialogue. Default 2. */
  readonly edits?: number;
  /** Messages of the protocol that its own two sides never say: ordinary commands, answers of other servers. */
  readonly words?: readonly string[];
  /** What the client must never say in clear, if it knows any such thing. */
  readonly secrets?: readonly string[];
  /** What the client may say before TLS besides what it says to its own server. */
  readonly alsoSays?: readonly RegExp[];
}

/** What was explored, and what was found. */
export interface CheckReport {
  readonly name: string;
  readonly edits: number;
  /** Messages that the attacker had. */
  readonly words: number;
  /** Client and server, and the attacker between them. */
  readonly explored: Explored;
  /** Places that a server came to with whom the attacker was alone: in its other modes, and over TLS. */
  readonly places: number;
  /** In how many different ways the client's dialogue ended so. */
  readonly endings: Readonly<Record<string, number>>;
  /** Everything that the client was ever brought to say in clear, as in transcripts. */
  readonly saidInClear: readonly string[];
  /** What these endings make of plans. */
  readonly plans: Plans;
  /** Empty when the profile is sound. One for each claim and side, the shortest that was met. */
  readonly faults: readonly Fault[];
}

/**
 * Enumerates what a man in the middle can do to a profile's dialogue before TLS with a bounded number of edits: drop,
 * repeat, replace, inject, split, close, at every step and in both directions; and checks what must hold for client
 * and server in every state that is reached, and for clients of every stance that come to such an end.
 */
export function checkProfile(profile: Profile, options: CheckOptions = {}): CheckReport {
  const { edits = 2, words: others = [], secrets = [], alsoSays = [] } = options;
  const overTls = firstOverTls(profile, others);
  const words = learnWords(profile, others);
  const subject = { profile, words, secrets, alsoSays, overTls };
  const faults = new Map<string, Fault>();
  const saidInClear = new Set<string>();
  const endings: Record<string, number> = {};

  const complain =
    (side: Fault['side'], begin: Begin) =>
    (claim: Claim, heard: readonly string[]): void => {
      const known = faults.get(`${side} ${claim}`);
      const transcript = transcriptOf(side, begin, heard);
      if (known === undefined || transcript.length < known.transcript.length)
        faults.set(`${side} ${claim}`, { claim, side, transcript });
    };

  function aClient() {
    const begin = clientOf(profile);
    const watch = watchClient(subject, complain('client', begin));
    return automaton(begin, (found, isNew) => {
      const { ending } = found.place;
      for (const each of found.said) for (const line of shown('C', latin1(each))) saidInClear.add(line);
      if (isNew && ending !== undefined) endings[ending] = (endings[ending] ?? 0) + 1;
      watch(found, isNew);
    });
  }

  function aServer(as: Partial<ServerContext>) {
    const begin = serverOf(profile, as);
    return automaton(begin, watchServer(subject, as, complain('server', begin)));
  }

  const [client, server] = [aClient(), aServer({ mode: 'require' })];
  if (explore(client, server, words.all, 0).agreed === 0) complain('client', clientOf(profile))('never-secure', []);
  const explored = explore(client, server, words.all, edits);
  const places = ALONE.map((as) => roam(aServer(as), words.all, edits + 1)).reduce((sum, each) => sum + each, 0);
  const plans = checkPlans(profile, Object.keys(endings));
  if (plans.fault !== undefined) faults.set('plans', plans.fault);
  return {
    name: profile.name,
    edits,
    words: words.all.length,
    explored,
    places,
    endings,
    saidInClear: [...saidInClear],
    plans,
    faults: [...faults.values()],
  };
}

const ALONE: readonly Partial<ServerContext>[] = [
  { mode: 'require', greeted: true },
  { mode: 'prefer' },
  { mode: 'prefer', greeted: true },
  { mode: 'require', greeted: true, secured: true },
];
