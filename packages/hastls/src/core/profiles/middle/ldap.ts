import {
  asServer,
  beginning,
  berFrame,
  type Conversation,
  carry,
  closed,
  counted,
  elements,
  type Framer,
  type Handover,
  hearClient,
  type Middle,
  type ServerContext,
  tell,
  type Verdict,
} from '../../talk/index.ts';
import { TAG } from '../wire/ldap.ts';

const [BIND, SASL] = [0x60, 0xa3];

/**
 * How a directory is followed from the middle: message by message, and only the client's. What the backend answers has
 * no part in the upgrade. Its root entry is passed on as it is: whoever looks there finds StartTLS, as servers that know
 * it list it, with or without a certificate; and to edit it, every answer there is would have to be read.
 */
export const ldapMiddle = (
  answered: (message: Uint8Array, as: ServerContext) => Conversation<Verdict | Handover | undefined, 'server'>,
): Middle => ({
  *mediate(as) {
    for (let mayWrap = false; ; ) {
      const heard = yield* hearClient(mayWrap ? wrappedOrMessage : messageFrame);
      const isMessage = heard[0] === TAG.message;
      const outcome = isMessage ? yield* asServer(answered(heard, as)) : undefined;
      const goesOn = isMessage ? berFrame(TAG.message)(heard) - heard.length : 0;
      if (isMessage && outcome?.kind !== 'plaintext') {
        if (outcome !== undefined) return outcome;
        if (goesOn > 0) return closed(''); // what is refused is not passed on, and not waited for either
        continue;
      }
      yield* tell('backend', heard);
      if (!isMessage) return { kind: 'relay' };
      if (goesOn > 0) yield* carry('client', counted(goesOn));
      mayWrap ||= bindsBySasl(heard);
    }
  },
  secrets: ['BIND'],
});

/** Frames a message; of a long one, as much as shows what it is. */
const messageFrame: Framer = (buffer) => {
  const length = berFrame(TAG.message)(buffer);
  if (length <= WHOLE) return length;
  return buffer.length < HEAD ? 0 : HEAD;
};
const WHOLE = 4096;
const HEAD = 64;

/** After a bind by SASL what comes may be wrapped in a layer of its own, which begins with a length. [RFC4422 §3.7] */
const wrappedOrMessage: Framer = (buffer) => (buffer[0] === 0 ? 1 : messageFrame(buffer));

function bindsBySasl(message: Uint8Array): boolean {
  const operation = beginning(beginning(beginning(message)?.body ?? message)?.behind ?? message);
  return operation?.tag === BIND && elements(operation.body).some(({ tag }) => tag === SASL);
}
