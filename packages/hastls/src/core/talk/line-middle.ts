import { latin1, text } from '../bytes/text.ts';
import { type Framer, notTheProtocol, refused } from './conversation.ts';
import { dottedFrame, lineFrame, verb, withoutEnd } from './lines.ts';
import { failure, type Meanings } from './meanings.ts';
import {
  asServer,
  carry,
  hearFrom,
  type Mediation,
  type MediationOutcome,
  type Middle,
  type Passage,
  tell,
} from './mediation.ts';
import { dotted } from './passages.ts';
import type { Profile, ServerContext } from './profile.ts';

/** What comes after a reply. */
export type Next =
  /** The next command. */
  | 'command'
  /** Another reply, unasked. */
  | 'reply'
  /** From the backend, lines up to a lone dot. */
  | 'block'
  /** From the client, one line that is no command, and then another reply. */
  | 'line'
  /** From the client, lines up to a lone dot, and then another reply. */
  | 'message'
  /** Nothing more that can lead to TLS. */
  | 'relay'
  /** Nobody knows. */
  | 'unknown';

/** One command, followed to its end. */
export interface Exchange {
  /** What the client sends behind the command without being asked to. */
  readonly sends?: Passage;
  /** What comes after this reply to it. */
  next(reply: string): Next;
}

/** How a protocol of lines is followed, whose answers begin with three digits or a word: what differs, and no rules. */
export interface LineManners {
  readonly secrets: readonly string[];
  /** Answers a command that is torn, or that nobody here knows. */
  readonly unknown: string;
  /** Commands, in capitals, that are a gateway's to say, or that turn the roles about: unknown to clients, and not listed. */
  readonly withheld?: readonly string[];
  /** Commands, in capitals, behind which nobody could follow. They are unknown before TLS; over TLS nobody has to follow. */
  readonly opaque?: readonly string[];
  /** Capabilities, in capitals, that are not listed as long as the command is refused. */
  readonly hides: Readonly<Record<string, readonly string[]>>;
  /** Starts to follow a client. The function it gives follows one command, unless what comes behind that cannot be told. */
  follow(as: ServerContext): (command: string) => Exchange | 'unclear';
}

/** What the middle shares with both ends of the dialogue. */
export interface LineEnds {
  readonly server: Profile['server'];
  /** The command of the upgrade, as it is listed; none: it is in no list. */
  readonly upgrade?: string;
  readonly greeting: Meanings;
  /** Frames a reply, without the block that may follow. */
  readonly reply: Framer;
  /** The question for capabilities. */
  readonly ask: string;
}

/** Makes the middle of a line protocol. One command is under way at a time: what a client pipelines waits for its turn. */
export function lineMiddle(ends: LineEnds, manners: LineManners): Middle {
  const { server, upgrade, greeting, reply, ask } = ends;
  const { secrets, unknown, withheld = [], opaque = [], hides } = manners;
  const ours = upgrade === undefined ? [] : [upgrade];

  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    const follow = manners.follow(as);
    const greets = yield* hearFrom('backend', reply);
    const [word = ''] = /^(\d{3}|\S+)/.exec(text(greets)) ?? [];
    if (failure(greeting, word, '') !== undefined) return refused(text(greets));
    if (as.greeted !== true) yield* tell('client', greets);
    for (;;) {
      const heard = yield* asServer(server({ ...as, greeted: true }));
      if (heard.kind !== 'plaintext') return heard;
      const command = heard.heard;
      const unclear = as.secured === true ? withheld : [...withheld, ...opaque];
      const exchange = isWhole(command) && !unclear.includes(verb(command)) ? follow(command) : undefined;
      if (exchange === undefined || exchange === 'unclear') {
        yield* tell('client', latin1(`${unknown}\r\n`));
        if (exchange === 'unclear') return notTheProtocol(command);
      } else {
        yield* tell('backend', latin1(`${command}\r\n`));
        if (opaque.includes(verb(command))) return { kind: 'relay' };
        const outcome = yield* between(exchange, verb(command) === ask ? as : undefined);
        if (outcome !== undefined) return outcome;
      }
    }
  }

  /** Follows one command to its end. `asks`: its answer is a list of capabilities. */
  function* between(exchange: Exchange, asks: ServerContext | undefined): Mediation<MediationOutcome | undefined> {
    if (exchange.sends !== undefined) yield* carry('client', exchange.sends);
    for (;;) {
      const answer = yield* hearFrom('backend', reply);
      const next = exchange.next(text(answer));
      yield* tell('client', asks === undefined || next === 'block' ? answer : editReply(answer, asks));
      switch (next) {
        case 'command':
          return undefined;
        case 'relay':
          return { kind: 'relay' };
        case 'unknown':
          return notTheProtocol(text(answer));
        case 'reply':
          break;
        case 'block':
          if (asks === undefined) yield* carry('backend', dotted());
          else yield* tell('client', editBlock(yield* hearFrom('backend', dottedFrame), asks));
          return undefined;
        case 'line': {
          const said = withoutEnd(yield* hearFrom('client', lineFrame));
          if (TORN.test(said)) return notTheProtocol(said);
          yield* tell('backend', latin1(`${said}\r\n`));
          break;
        }
        case 'message':
          yield* carry('client', dotted());
          break;
      }
    }
  }

  /** A list of capabilities as it is true of us. */
  function edit(listed: readonly string[], as: ServerContext): readonly string[] {
    const refuses = as.secured === true || typeof as.mode === 'string' ? [] : as.mode;
    const hidden = [
      ...ours,
      ...withheld,
      ...(as.secured === true ? [] : opaque),
      ...refuses.flatMap((each) => hides[each] ?? []),
    ];
    const kept = listed.filter((each) => !hidden.includes((/^[^\s=]+/.exec(each)?.[0] ?? '').toUpperCase()));
    return as.secured === true ? kept : [...kept, ...ours];
  }

  function editBlock(block: Uint8Array, as: ServerContext): Uint8Array {
    const lines = linesOf(block).slice(0, -1);
    return latin1([...edit(lines, as), '.'].map((each) => `${each}\r\n`).join(''));
  }

  function editReply(answer: Uint8Array, as: ServerContext): Uint8Array {
    const [first = '', ...more] = linesOf(answer);
    if (!/^2\d\d/.test(first)) return answer;
    const lines = [
      first.slice(4),
      ...edit(
        more.map((each) => each.slice(4)),
        as,
      ),
    ];
    const code = first.slice(0, 3);
    return latin1(lines.map((each, index) => `${code}${index < lines.length - 1 ? '-' : ' '}${each}\r\n`).join(''));
  }

  return { mediate, secrets };
}

/** A word, and spaces behind it: what some servers split at a tab or a lone CR, or after a space, is one word to others. */
const isWhole = (command: string): boolean => /^[!-~]+(?: |$)/.test(command) && !TORN.test(command);

/** What ends a line to some servers, and is part of it to others. */
const TORN = /[\r\0]/;

const linesOf = (octets: Uint8Array): readonly string[] => withoutEnd(octets).split(/\r?\n/);
