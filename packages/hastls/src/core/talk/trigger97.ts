import { startTls, wordless } from './conversation.ts';
import { exchangeMiddle, unreadMiddle } from './exchange-middle.ts';
import { type LineEnds, type LineManners, lineMiddle } from './line-middle.ts';
import { lineServer, lineStead } from './line-server.ts';
import { firstWord, line, lineFrame, say } from './lines.ts';
import { failure, hear, type Meanings } from './meanings.ts';
import type { Middle } from './mediation.ts';
import { openedByGreeting } from './opening.ts';
import type { PlainSession, Profile, Service } from './profile.ts';

/**
 * What the proposal of February 1997 leaves to each protocol, as plain data: good for any protocol of lines which the
 * client leads and which answers each command. [S2] [S3] Answers are told apart by their first words.
 */
export interface TriggerWords extends Pick<Service, 'name' | 'service' | 'ports'> {
  /** What servers greet with; ours says the first. None: the client speaks first. */
  readonly greetings?: readonly string[];
  /** Success: the protocol's generic answer (GENOK), or one made for the purpose (TLSOK). [S5] */
  readonly ok: string;
  /** TLS first (TLSREQ): to old clients it must read as a failure. [S6] [S8] */
  readonly required: string;
  /** Second words, in capitals, behind which the first word of `required` means something else. */
  readonly requiredUnless?: readonly string[];
  /** The standing answer to an unknown command (QUE?). */
  readonly unknown: string;
  /** Whether a server's application may keep its own state over the upgrade; the later protocols forbid it. Default: no. [S14] */
  readonly keepDialogue?: boolean;
  /** How its plaintext session tells the end of an answer. Default: each is one line. */
  readonly reply?: PlainSession['reply'];
  /** Each command draws one line, and none comes unasked but a greeting: a gateway can follow. Default: nobody knows. */
  readonly lockstep?: boolean;
  /** How it is followed by somebody in the middle, where more is known of it than that. */
  readonly manners?: LineManners & Pick<LineEnds, 'ask'>;
}

const COMMAND = 'TLS'; // [S4]

/**
 * The bare trigger of 1997 for any line protocol. It negotiates nothing [S1]: the client says `TLS` and is told to go
 * ahead; or it says something else, is told that TLS comes first, and answers that with a ClientHello at once.
 * @throws RangeError when the answers cannot be told apart.
 */
export function trigger97(words: TriggerWords): Profile {
  const {
    name,
    service,
    ports,
    greetings = [],
    ok,
    required,
    requiredUnless = [],
    unknown,
    reply = () => lineFrame,
    lockstep = false,
    manners,
  } = words;
  if (new Set([ok, required, unknown].map(firstWord)).size < 3)
    throw new RangeError(`${name}: the answers ok, required and unknown need three different first words`);
  const [greets] = greetings;
  const greeting: Meanings | undefined =
    greets === undefined
      ? undefined
      : {
          [firstWord(unknown)]: 'unknown', // who does not even greet
          ...Object.fromEntries(greetings.map((each) => [firstWord(each), 'yes' as const])),
        };
  const answers: Meanings = {
    [firstWord(ok)]: 'yes',
    [firstWord(required)]: 'no', // when it is no demand
    [firstWord(unknown)]: 'unknown',
    '4': 'no',
    '5': 'no',
  };
  const demands = (answer: string): boolean => {
    const [first, second = ''] = answer.trimEnd().split(' ', 2);
    return first === firstWord(required) && !requiredUnless.includes(second.toUpperCase());
  };
  const server = lineServer({
    ...(greets !== undefined && { greeting: greets }),
    upgrade: { command: COMMAND, goAhead: ok, malformed: unknown, again: unknown },
    demand: required,
    helloFollowsDemand: true,
  });

  function middle(): Middle {
    if (manners !== undefined)
      return lineMiddle({ server, greeting: greeting ?? {}, reply: lineFrame, ask: manners.ask }, manners);
    const greets = greeting && { greets: (said: string) => greeting[firstWord(said.trimEnd())] === 'yes' };
    if (!lockstep) return unreadMiddle({ answer: lineFrame, ...greets });
    return exchangeMiddle({
      server,
      answer: lineFrame,
      ...greets,
      passOn: (command) => (/[\r\0]/.test(command) ? undefined : `${command}\r\n`),
      unknown: `${unknown}\r\n`,
    });
  }

  return {
    name,
    service,
    ports,
    specs: ['Shuttleworth, 10 February 1997'],
    *client() {
      const unfriendly = greeting && (yield* hear(greeting));
      if (unfriendly !== undefined) return unfriendly;
      yield* say(COMMAND);
      const answer = yield* line();
      if (demands(answer)) return startTls; // it waits for a ClientHello already [S9]
      return failure(answers, firstWord(answer), answer) ?? startTls; // [S11] [S12] [S16]
    },
    server,
    speaksFirst: 'client',
    forgets: ['everything either side learned of the other'],
    keepsDialogue: words.keepDialogue ?? false,
    stead: lineStead(greets ?? '', `${firstWord(unknown)} {why}`),
    middle: middle(),
    session: {
      ...openedByGreeting(greeting),
      reply,
      demands,
      trigger: () => wordless(startTls), // the demand is the go-ahead [S9]
    },
  };
}
