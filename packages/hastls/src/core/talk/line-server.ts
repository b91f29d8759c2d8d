import { clientHello } from './client-hello.ts';
import { closed, handover, startTls } from './conversation.ts';
import { firstWord, line, say, verb } from './lines.ts';
import { isApplications, type Profile, type Stead } from './profile.ts';

/**
 * What the server of a line protocol says on its way to TLS: plain data. In each line `{host}` stands for the server's
 * name, and `{tag}` for the tag of the command that is answered.
 */
export interface ServerWords {
  /** Said on connect, over one or more lines; none: the client speaks first. */
  readonly greeting?: string | readonly string[];
  /** Commands begin with a tag. Default: no. */
  readonly tagged?: boolean;
  readonly upgrade: {
    /** The command, in capitals, with all the parameters it has. */
    readonly command: string;
    readonly goAhead: string;
    /** To a command with other parameters. */
    readonly malformed: string;
    /** To a client that asks again although TLS is there. */
    readonly again: string;
  };
  /** Commands, in capitals, that are answered before TLS: what a client must know to find the upgrade. */
  readonly answers?: Readonly<Record<string, readonly string[]>>;
  /** Commands, in capitals, with or without a parameter, that no application gets to see: they lead out of TLS. [V15] */
  readonly never?: Readonly<Record<string, string>>;
  /** The command that ends a connection, and the last word. */
  readonly quit?: { readonly command: string; readonly answer: readonly string[] };
  /** To every other command: TLS first. */
  readonly demand: string;
  /**
   * Commands behind which the client sends data without being asked to. Where one is answered, nobody knows whether what
   * comes next is a command, and the connection ends. Default: there are none.
   */
  readonly carriesData?: RegExp;
  /** The demand is a go-ahead too: a ClientHello follows it, or nothing does. [S9] [S10] Default: no. */
  readonly helloFollowsDemand?: boolean;
}

/**
 * The server's side of a line protocol: it guards its line with these words. [S6]
 * All rules are here, and only once; what a protocol adds is data.
 */
export function lineServer(words: ServerWords): Profile['server'] {
  const {
    greeting,
    tagged = false,
    upgrade,
    answers = {},
    never = {},
    quit,
    demand,
    carriesData,
    helloFollowsDemand = false,
  } = words;
  const upgradeWord = verb(upgrade.command);
  return function* (as) {
    const answer = (tag: string, ...lines: readonly string[]) =>
      say(...lines.map((each) => each.replaceAll('{host}', () => as.host).replaceAll('{tag}', () => tag)));

    if (greeting !== undefined && !as.greeted) yield* answer('*', ...[greeting].flat());
    for (;;) {
      const heard = yield* line();
      const [tag, command] = tagged ? split(heard) : ['', heard];
      const word = verb(command);
      const whole = command.trimEnd().toUpperCase();
      const refusal = [whole, word].find((each) => Object.hasOwn(never, each));
      if (word === upgradeWord && as.secured) {
        yield* answer(tag, upgrade.again); // never twice [RFC3207 §4.2]
      } else if (word === upgradeWord && whole !== upgrade.command) {
        yield* answer(tag, upgrade.malformed);
      } else if (word === upgradeWord) {
        yield* answer(tag, upgrade.goAhead);
        return helloFollowsDemand ? yield* clientHello() : startTls;
      } else if (refusal !== undefined) {
        yield* answer(tag, never[refusal] ?? demand);
      } else if (isApplications(as, word)) {
        return handover(heard);
      } else if (word === quit?.command) {
        yield* answer(tag, ...quit.answer);
        return closed(heard);
      } else {
        const known = Object.hasOwn(answers, word) ? answers[word] : undefined;
        yield* answer(tag, ...(known ?? [demand])); // never volunteered: it answers the command that crossed the line [S7]
        if (known === undefined && helloFollowsDemand) return yield* clientHello(); // [S10]
      }
      if (carriesData?.test(command) === true) return closed(heard);
    }
  };
}

/** What stands in for a server of lines: the greeting it has for everybody, and a last word with `{why}` in it. */
export const lineStead = (greeting: string, farewell: string): Stead => ({
  greeting: (host) => (greeting === '' ? '' : `${greeting.replaceAll('{host}', () => host)}\r\n`),
  *turnAway(why) {
    yield* say(farewell.replaceAll('{why}', () => why));
    return closed('');
  },
});

/** Tag and command. A line without a decent tag is answered with `*`, as what no command can be made of. */
function split(heard: string): readonly [tag: string, command: string] {
  const tag = firstWord(heard);
  return /^[\w.-]{1,64}$/.test(tag) ? [tag, heard.slice(tag.length + 1)] : ['*', ''];
}
