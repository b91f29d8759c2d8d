import { text } from '../../../core/bytes/index.ts';
import type { Profile, ServerContext } from '../../../core/talk/index.ts';
import { server as aServer, HELLO as HELLO_OCTETS, heardBy, hold } from '../holding.ts';
import { type Begin, held } from './automaton.ts';
import { negatives } from './variants.ts';

/** The messages of one protocol, as far as its own client and server have them. A character stands for an octet. */
export interface Words {
  /** Everything either side has been brought to say, and what everybody can say: an attacker's vocabulary. */
  readonly all: readonly string[];
  /** What the client says when nobody interferes. */
  readonly clients: readonly string[];
  /** Answers to the upgrade that say no. A client that begins TLS upon one has not listened. */
  readonly refusals: readonly string[];
}

/** The head of a ClientHello, as it comes when TLS begins. */
export const HELLO: string = text(HELLO_OCTETS);

export const clientOf =
  (profile: Profile): Begin =>
  () =>
    hold(profile, 'client');
export const serverOf =
  (profile: Profile, as: Partial<ServerContext> = {}): Begin =>
  () =>
    aServer(profile, as);

/** Learns a protocol's messages by listening: honest dialogues first, then answers to everything heard so far. */
export function learnWords(profile: Profile, others: readonly string[]): Words {
  const server = heardBy(profile, 'client').map(text);
  const client = heardBy(profile, 'server')
    .filter((each) => each !== HELLO_OCTETS)
    .map(text);
  const trigger = client.at(-1);
  const known = new Set([...client, ...server, ...others, ...ANYBODYS]);
  for (const each of client) known.add(each.replace(/\r?\n$/, ' now\r\n'));
  const sides = [
    { begin: clientOf(profile), script: server },
    ...CONTEXTS.map((as) => ({ begin: serverOf(profile, as), script: as.greeted === true ? [] : client })),
  ];
  for (let before = 0; before < known.size && known.size < MOST_WORDS; ) {
    before = known.size;
    for (const { begin, script } of sides)
      for (let length = 0; length <= script.length; length++)
        for (const word of [...known])
          for (const said of listen(begin, [...script.slice(0, length), word]))
            if (known.size < MOST_WORDS) known.add(said);
  }
  const answersTo = (word: string | undefined, as: Partial<ServerContext>): readonly string[] =>
    word === undefined
      ? []
      : listen(serverOf(profile, as), [...(as.greeted === true ? [] : client.slice(0, -1)), word]);
  const goAheads = answersTo(trigger, {});
  const refusals = [
    ...answersTo(trigger, { greeted: true, secured: true }),
    ...answersTo(trigger?.replace(/\r?\n$/, ' now\r\n'), {}),
    ...goAheads.flatMap(negatives),
  ];
  return {
    all: [...known],
    clients: client,
    refusals: refusals.filter((each) => !goAheads.includes(each)),
  };
}

const ANYBODYS = ['xyzzy\r\n', '\r\n', 'x', HELLO, '\x15\x03\x01\x00\x02\x02\x28'];
const CONTEXTS: readonly Partial<ServerContext>[] = [{}, { mode: 'prefer' }, { greeted: true, secured: true }];
const MOST_WORDS = 64;

/** What is said to the last of these, unless the dialogue was over before. */
function listen(begin: Begin, heard: readonly string[]): readonly string[] {
  const before = held(begin, heard.slice(0, -1)).machine;
  return before === undefined || before.verdict !== undefined ? [] : held(begin, heard).said;
}
