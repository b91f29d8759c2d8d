import { text } from '../../bytes/index.ts';
import { type Conversation, type Framer, frame } from '../../talk/index.ts';

/** What stands before the body of a request or of an answer. */
export interface Head {
  readonly first: string;
  readonly fields: Fields;
  readonly whole: string;
}
/** Names in lower case, and their members. */
export type Fields = ReadonlyMap<string, string>;

/** Takes a head. */
export function* head(): Conversation<Head> {
  const whole = text(yield* frame(headFrame)).slice(0, -4);
  const [first = '', ...lines] = whole.split('\r\n');
  const fields = new Map<string, string>();
  for (const each of lines) {
    const colon = each.indexOf(':');
    const name = each.slice(0, colon).toLowerCase();
    fields.set(name, `${fields.get(name) ?? ''},${each.slice(colon + 1)}`); // [RFC9110 §5.3]
  }
  return { first, fields, whole };
}

/** The members of a field that is a list, in lower case. */
export const members = (fields: Fields, name: string): readonly string[] =>
  (fields.get(name) ?? '').split(',').map((each) => each.trim().toLowerCase());

/** Whether a body is to follow. */
export const hasBody = (fields: Fields): boolean => fields.has('content-length') || fields.has('transfer-encoding');

/** Frames the head of a request or of an answer. It begins with a capital letter. [V14] */
const headFrame: Framer = (buffer) => {
  const [first] = buffer;
  if (first !== undefined && (first < 0x41 || first > 0x5a)) return -1;
  for (let at = 0; ; at++) {
    at = buffer.indexOf(0x0d, at);
    if (at < 0) return 0;
    if (buffer[at + 1] === 0x0a && buffer[at + 2] === 0x0d && buffer[at + 3] === 0x0a) return at + 4;
  }
};
