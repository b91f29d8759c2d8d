import { asking, wordLine } from './answers.ts';
import { absent, type Conversation, type Handover, handover, notTheProtocol, type Verdict } from './conversation.ts';
import { type LineManners, lineMiddle } from './line-middle.ts';
import { lineServer, type ServerWords } from './line-server.ts';
import { line, lineFrame, verb } from './lines.ts';
import type { Meanings } from './meanings.ts';
import { openedByGreeting } from './opening.ts';
import type { PlainSession, Profile, Service, Stead } from './profile.ts';

/**
 * A line protocol reduced to its words: it answers a command with one line, and lists its capabilities in a block that
 * ends with a lone dot. What it says as a server is in `ServerWords`; here is what it makes, as a client, of answers.
 */
export interface LineDialect extends Service {
  readonly words: ServerWords;
  readonly greeting: Meanings;
  /** The question for capabilities; the command of the upgrade is looked for among the answers. */
  readonly ask: { readonly command: string; readonly means: Meanings };
  /** What to say first, once, where the list has `offered` instead of the upgrade. */
  readonly mode?: { readonly offered: string; readonly command: string; readonly means: Meanings };
  /** Answers to the upgrade. */
  readonly upgrade: Meanings;
  readonly stead: Stead;
  /** How it is followed by somebody in the middle. */
  readonly manners: LineManners;
  readonly forgets: readonly string[];
  /** How its plaintext session tells replies. */
  readonly session: Pick<PlainSession, 'reply' | 'demands'>;
}

/** Makes a profile of a dialect. */
export function lineProfile(dialect: LineDialect): Profile {
  const { words, greeting, ask, mode, upgrade, manners, session, ...about } = dialect;
  const server = lineServer(words);
  const command = words.upgrade.command;
  const says = asking(wordLine);
  const trigger = () => says.upgrade(command, upgrade);

  function* client(): Conversation<Verdict> {
    const { failed: unfriendly } = yield* says.answer(greeting);
    if (unfriendly !== undefined) return unfriendly;
    for (let switched = false; ; switched = true) {
      const { failed: unable } = yield* says.ask(ask.command, ask.means);
      if (unable !== undefined) return unable;
      const offers = yield* block();
      if (offers.includes(command)) return yield* trigger();
      if (switched || mode === undefined || !offers.includes(mode.offered)) return absent(offers.join('\n'));
      const { failed: stuck } = yield* says.ask(mode.command, mode.means);
      if (stuck !== undefined) return stuck;
    }
  }

  /** Asks again what the server can do: a greeting, which has no place over TLS, is no answer to that. [V12] */
  function* reopen(): Conversation<Verdict | Handover> {
    const { failed: unable } = yield* says.ask(ask.command, ask.means);
    if (unable?.kind === 'absent' || unable?.kind === 'refused') return handover(''); // it is an answer, too
    if (unable !== undefined) return unable;
    const offers = yield* block();
    const greets = offers.find((each) => Object.hasOwn(ask.means, each));
    return greets === undefined ? handover(offers.join('\n')) : notTheProtocol(greets);
  }

  return {
    ...about,
    client,
    server,
    middle: lineMiddle({ server, upgrade: command, greeting, reply: lineFrame, ask: ask.command }, manners),
    speaksFirst: 'client',
    session: { ...openedByGreeting(greeting), ...session, reopen, trigger },
  };
}

/** First words of the lines of a block. */
function* block(): Conversation<readonly string[]> {
  const listed: string[] = [];
  for (;;) {
    const each = yield* line();
    if (each === '.') return listed;
    listed.push(verb(each));
  }
}
