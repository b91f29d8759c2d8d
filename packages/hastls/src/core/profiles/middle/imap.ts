import { latin1, text } from '../../bytes/index.ts';
import {
  anyLineFrame,
  asServer,
  carry,
  counted,
  type Framer,
  firstWord,
  type Heard,
  hearFrom,
  LINE_TAIL,
  lineFrame,
  lineRest,
  type Mediation,
  type MediationOutcome,
  type Middle,
  notTheProtocol,
  type Party,
  type Profile,
  refused,
  type ServerContext,
  tell,
  verb,
  withoutEnd,
} from '../../talk/index.ts';

const SECRETS = ['LOGIN', 'AUTHENTICATE'];

/**
 * How IMAP is followed from the middle: one command at a time, up to the answer with its tag. A line that ends with a
 * length is followed by as many octets that are neither line nor command, unasked if there is a plus. [RFC9051 §4.3]
 */
export function imapMiddle(server: Profile['server']): Middle {
  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    const seen = { unaskedLiterals: false };
    const greeting = text(yield* hearFrom('backend', lineFrame));
    if (!/^\* OK\b/i.test(greeting)) return refused(greeting); // before TLS PREAUTH would rule it out for good [V6]
    const greets = edit(greeting, as, seen);
    if (as.greeted !== true) yield* tell('client', latin1(greets));
    for (;;) {
      const heard = yield* asServer(server({ ...as, greeted: true }));
      if (heard.kind !== 'plaintext') return heard;
      const command = heard.heard;
      const word = verb(command.slice(firstWord(command).length + 1));
      if (!WHOLE.test(command) || (word === 'COMPRESS' && as.secured !== true)) {
        yield* tell('client', latin1(`${TAGGED.exec(command)?.[0] ?? '* '}BAD Unknown command\r\n`));
        if (LITERAL.test(command)) return notTheProtocol(command);
        continue;
      }
      const answer = yield* between(command, as, seen);
      if (typeof answer !== 'string') return answer;
      if (as.secured === true && SECRETS.includes(word) && /^\S+ OK\b/i.test(answer)) return { kind: 'relay' };
    }
  }

  return { mediate, secrets: SECRETS };
}

/** What is known of a backend. */
interface Seen {
  /** It knows literals that need no leave: to one who does not they are commands. [RFC7888] */
  unaskedLiterals: boolean;
}

/** A line that ends a wait, and who said it. */
interface Answer {
  readonly from: Party;
  readonly line: string;
}

/** Follows one command to the answer with its tag. */
function* between(command: string, as: ServerContext, seen: Seen): Mediation<string | MediationOutcome> {
  const tag = firstWord(command);
  let part = command;
  for (;;) {
    const [, length, unasked] = LITERAL.exec(part) ?? [];
    if (TORN.test(part) || (unasked !== undefined && unasked !== '' && !seen.unaskedLiterals))
      return notTheProtocol(part);
    yield* tell('backend', latin1(`${part}\r\n`));
    if (length === undefined) break;
    if (unasked === '') {
      const { line } = yield* answerTo(tag, as, seen);
      if (!line.startsWith('+')) return line;
    }
    yield* carry('client', counted(Number(length)));
    part = withoutEnd(yield* hearFrom('client', anyLineFrame));
  }
  for (let mayGoOn = false; ; ) {
    const { from, line }: Answer = yield* answerTo(tag, as, seen, mayGoOn);
    mayGoOn = from === 'backend';
    if (from === 'backend' && !line.startsWith('+')) return line;
    if (from === 'backend') continue;
    if (TORN.test(line)) return notTheProtocol(line);
    yield* tell('backend', latin1(`${line}\r\n`)); // an answer to a challenge, or the end of waiting [RFC9051 §6.3.13]
  }
}

/** Passes on what the backend says, up to a line with the tag or a plus, or up to the client's line, if it may say one. */
function* answerTo(tag: string, as: ServerContext, seen: Seen, orClient = false): Mediation<Answer> {
  for (;;) {
    const { from, bytes }: Heard = yield {
      do: 'hear',
      frames: { backend: headFrame, ...(orClient && { client: lineFrame }) },
    };
    if (from === 'client') return { from, line: withoutEnd(bytes) };
    const head = text(bytes);
    const line = edit(head, as, seen);
    yield* tell('client', latin1(line));
    const last: number[] = [...bytes.subarray(-LINE_TAIL)];
    if (!head.endsWith('\n')) yield* carry('backend', lineRest(last));
    const [, literal] = LITERAL.exec(withoutEnd(Uint8Array.from(last))) ?? [];
    if (literal !== undefined) yield* untilLineEnds(Number(literal));
    if (head.startsWith('+') || head.startsWith(`${tag} `)) return { from, line };
  }
}

/** Passes on a literal of the backend's, and the line that goes on behind it, which may end with another one. */
function* untilLineEnds(length: number): Mediation<void> {
  for (let left: number | undefined = length; left !== undefined; ) {
    yield* carry('backend', counted(left));
    const last: number[] = [];
    yield* carry('backend', lineRest(last));
    const [, literal] = LITERAL.exec(withoutEnd(Uint8Array.from(last))) ?? [];
    left = literal === undefined ? undefined : Number(literal);
  }
}

/** Makes what a line tells of capabilities true of us: whole ones, as they come alone or in brackets. [RFC9051 §7.2.2] */
function edit(line: string, as: ServerContext, seen: Seen): string {
  return line.replace(
    /(^\* CAPABILITY |^(?:\*|[!-~]+) (?:OK|PREAUTH|NO) \[CAPABILITY )([^\]\r\n]*)/i,
    (_, head, listed) => {
      const words = String(listed).split(' ');
      seen.unaskedLiterals = words.some((each) => /^LITERAL[+-]$/i.test(each));
      return `${head}${capabilities(words, as).join(' ')}`;
    },
  );
}

function capabilities(words: readonly string[], { mode, secured }: ServerContext): readonly string[] {
  if (secured === true) return words.filter((each) => !/^STARTTLS$/i.test(each));
  const refuses = (command: string) => typeof mode !== 'string' && mode.includes(command);
  const kept = words.filter(
    (each) =>
      !/^(STARTTLS|LOGINDISABLED|COMPRESS=.*)$/i.test(each) &&
      !(refuses('AUTHENTICATE') && /^(AUTH=.*|SASL-IR)$/i.test(each)),
  );
  const disabled = refuses('LOGIN') || words.some((each) => /^LOGINDISABLED$/i.test(each));
  return [...kept, 'STARTTLS', ...(disabled ? ['LOGINDISABLED'] : [])];
}

/** A tag, a command, and one space before each parameter: what one server reads into anything else is not what others do. */
const WHOLE = /^[\w.-]{1,64} [!-~]+(?: |$)/;
const TAGGED = /^[\w.-]{1,64} /;
const LITERAL = /\{(\d{1,15})([+-]?)\}$/;
const TORN = /[\r\0]/;

/** Frames a line; of a long one, as much as shows what it is. */
const headFrame: Framer = (buffer) => {
  const end = buffer.subarray(0, HEAD).indexOf(0x0a) + 1;
  return end > 0 ? end : buffer.length >= HEAD ? HEAD : 0;
};
const HEAD = 4096;
