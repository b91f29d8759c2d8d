import type { Common } from './common-options.ts';
import { note, toFailureObject, UsageError } from './failure.ts';
import { say } from './terminal.ts';

/** A line of a batch: whatever JSON object the user wrote; each command reads its own fields. */
export type Request = Readonly<Record<string, unknown>>;

const LONGEST_LINE = 1 << 20;
const AT_ONCE = 256;

/**
 * NDJSON in, NDJSON out: each answer as soon as it is known, under the `id` of its line, some hundreds under way at
 * once. A line that makes no sense gets its error in its own answer, and the rest goes on.
 */
export async function batch(options: Common, answer: (request: Request) => Promise<object> | object): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let bad = 0;
  for await (const line of lines(process.stdin)) {
    if (line.trim() === '') continue;
    const one: Promise<void> = answerLine(line, answer).then((ok) => {
      if (!ok) bad++;
      underWay.delete(one);
    });
    underWay.add(one);
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (bad > 0)
    note(options, 'warn', `${bad} ${bad === 1 ? 'line' : 'lines'} could not be answered: see "error" in the output`);
}

async function answerLine(line: string, answer: (request: Request) => Promise<object> | object): Promise<boolean> {
  let id: unknown = null;
  try {
    const request = toRequest(line);
    ({ id = null } = request);
    const { v, ...rest } = { v: 1, ...(await answer(request)) };
    await say(JSON.stringify({ v, id, ...rest }));
    return true;
  } catch (error) {
    const failure = await toFailureObject(error);
    if (failure === undefined) throw error;
    const { v, ...rest } = failure;
    await say(JSON.stringify({ v, id, ...rest }));
    return false;
  }
}

function toRequest(line: string): Request {
  if (line.length >= LONGEST_LINE) throw new UsageError(`the line has more than ${LONGEST_LINE} characters`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError('the line is no JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Request; // just checked
  throw new UsageError('the line is no JSON object');
}

/** Lines of a stream, cut off at the longest that is ever of use. */
async function* lines(from: NodeJS.ReadStream): AsyncGenerator<string> {
  from.setEncoding('utf8');
  let held = '';
  const chunks = from as AsyncIterable<string>; // by setEncoding()
  for await (const chunk of chunks) {
    const [first = '', ...rest] = chunk.split('\n');
    held = (held + first).slice(0, LONGEST_LINE);
    for (const next of rest) {
      yield held;
      held = next.slice(0, LONGEST_LINE);
    }
  }
  yield held;
}
