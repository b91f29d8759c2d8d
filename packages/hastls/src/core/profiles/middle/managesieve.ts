import { latin1 } from '../../bytes/index.ts';
import {
  anyLineFrame,
  asServer,
  carry,
  counted,
  hearFrom,
  lineFrame,
  type Mediation,
  type MediationOutcome,
  type Middle,
  notTheProtocol,
  type Profile,
  refused,
  type ServerContext,
  tell,
  verb,
  withoutEnd,
} from '../../talk/index.ts';
import { lineWithLiterals } from '../wire/managesieve.ts';

/**
 * How scripts are followed from the middle: one command at a time, up to the word that ends its answer. A script is a
 * literal: so many octets, announced at the end of a line, that are neither line nor command. [RFC5804 §4]
 */
export function managesieveMiddle(server: Profile['server']): Middle {
  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    const greeting = yield* capabilities(as);
    if (!/^OK\b/i.test(greeting)) return refused(greeting);
    for (;;) {
      const heard = yield* asServer(server({ ...as, greeted: true }));
      if (heard.kind !== 'plaintext') return heard;
      const command = heard.heard;
      const word = verb(command);
      if (!COMMAND.test(command)) {
        yield* tell('client', latin1('NO "Unknown command"\r\n'));
        if (LITERAL.test(command)) return notTheProtocol(command);
        continue;
      }
      const torn = yield* say(command);
      if (torn !== undefined) return torn;
      const answer = word === 'CAPABILITY' ? yield* capabilities(as) : yield* answerTo(word);
      if (typeof answer !== 'string') return answer;
      if (word === 'CAPABILITY' && !/^OK\b/i.test(answer)) yield* tell('client', latin1(`${answer}\r\n`));
      if (as.secured === true && word === 'AUTHENTICATE' && /^OK\b/i.test(answer)) return { kind: 'relay' };
    }
  }

  /** Passes on an answer, line by line, and gives the one that ends it. */
  function* answerTo(word: string): Mediation<string | MediationOutcome> {
    for (;;) {
      const line = yield* answered();
      if (ENDS.test(line)) return line;
      if (word !== 'AUTHENTICATE') continue;
      const reply = withoutEnd(yield* hearFrom('client', lineFrame)); // to a challenge
      if (!STRING.test(reply)) return notTheProtocol(reply);
      const torn = yield* say(reply);
      if (torn !== undefined) return torn;
    }
  }

  /** Passes on one line of an answer; a literal that it ends with, and the rest of the line behind that, are only carried. */
  function* answered(): Mediation<string> {
    const line = withoutEnd(yield* hearFrom('backend', anyLineFrame));
    yield* tell('client', latin1(`${line}\r\n`));
    const [, length] = LITERAL.exec(line) ?? [];
    if (length === undefined) return line;
    yield* carry('backend', counted(Number(length)));
    yield* tell('client', yield* hearFrom('backend', anyLineFrame));
    return line;
  }

  /**
   * Passes on what the backend can do, as it is true of us, and gives the line that ends the list: an OK is passed on with
   * it. Over TLS it greets with that again, and the client waits for it.
   */
  function* capabilities(as: ServerContext): Mediation<string> {
    const listed: string[] = [];
    for (;;) {
      const line = withoutEnd(yield* hearFrom('backend', lineWithLiterals));
      if (line.startsWith('"')) {
        listed.push(line);
        continue;
      }
      if (/^OK\b/i.test(line)) yield* tell('client', latin1(`${[...edit(listed, as), line].join('\r\n')}\r\n`));
      return line;
    }
  }

  return { mediate, secrets: ['AUTHENTICATE'] };
}

/** Says a line of the client's, and all the literals and lines that belong to it. Gives what is wrong with it, if anything. */
function* say(begins: string): Mediation<MediationOutcome | undefined> {
  for (let part = begins; ; ) {
    yield* tell('backend', latin1(`${part}\r\n`));
    const [, length] = LITERAL.exec(part) ?? [];
    if (length === undefined) return undefined;
    yield* carry('client', counted(Number(length)));
    part = withoutEnd(yield* hearFrom('client', anyLineFrame));
    if (!ARGUMENTS.test(part)) return notTheProtocol(part);
  }
}

function edit(listed: readonly string[], { mode, secured }: ServerContext): readonly string[] {
  const kept = listed.filter((each) => !/^"STARTTLS"/i.test(each));
  if (secured === true) return kept;
  const refuses = typeof mode !== 'string' && mode.includes('AUTHENTICATE');
  return [...kept.map((each) => (refuses && /^"SASL"/i.test(each) ? '"SASL" ""' : each)), '"STARTTLS"']; // [RFC5804 §1.7]
}

const ENDS = /^(OK|NO|BYE)\b/i;
const LITERAL = /\{(\d{1,10})\+?\}$/;
/** A word, and what belongs to it: one server's quotes and spaces are not what others make of anything else. */
const QUOTED = '"(?:[^"\\\\\\r\\n\\0]|\\\\["\\\\])*"';
const ARGUMENTS = new RegExp(`^(?: (?:${QUOTED}|\\d{1,10}))*(?: \\{\\d{1,10}\\+\\})?$`);
const COMMAND = new RegExp(`^[A-Za-z]+${ARGUMENTS.source.slice(1)}`);
const STRING = new RegExp(`^(?:${QUOTED}|\\{\\d{1,10}\\+\\})$`);
