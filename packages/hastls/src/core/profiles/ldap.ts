import { equalBytes, latin1, text } from '../bytes/index.ts';
import {
  absent,
  beginning,
  berFrame,
  type Conversation,
  closed,
  type Element,
  element,
  elements,
  frame,
  type Handover,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  type ServerContext,
  send,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { ldapMiddle } from './ldap-middle.ts';

const START_TLS = latin1('1.3.6.1.4.1.1466.20037'); // [RFC4511 §4.14.1]
const [MESSAGE, INTEGER, OCTETS, ENUMERATED] = [0x30, 0x02, 0x04, 0x0a];
const [EXTENDED, EXTENDED_RESPONSE, REQUEST_NAME, RESPONSE_NAME] = [0x77, 0x78, 0x80, 0x8a];
const [SUCCESS, OPERATIONS_ERROR, PROTOCOL_ERROR, CONFIDENTIALITY_REQUIRED, UNAVAILABLE] = [0, 1, 2, 13, 52];
const UNBIND = 0x42;
const ABANDON = 0x50;
/** Requests, by the tags that their responses have. [RFC4511 §4] */
const REQUESTS: Readonly<Record<number, readonly [name: string, response: number]>> = {
  96: ['BIND', 0x61],
  99: ['SEARCH', 0x65],
  102: ['MODIFY', 0x67],
  104: ['ADD', 0x69],
  74: ['DELETE', 0x6b],
  108: ['MODIFYDN', 0x6d],
  110: ['COMPARE', 0x6f],
  119: ['EXTENDED', EXTENDED_RESPONSE],
};

/** Directories. One request asks for TLS, and nothing else may be said until it is answered. [RFC4511 §4.14] */
export const ldap: Profile = {
  name: 'ldap',
  service: 'ldap',
  ports: { plain: [389], tls: [636] },
  implicitScheme: 'ldaps',
  specs: ['RFC 4511', 'RFC 4513'],

  *client() {
    yield* send(element(MESSAGE, element(INTEGER, ID), element(EXTENDED, element(REQUEST_NAME, START_TLS))));
    const { id, operation } = yield* message();
    const [code, matched, diagnostic, ...more] = elements(operation.body);
    const said = text(diagnostic?.body ?? new Uint8Array(0));
    if (operation.tag !== EXTENDED_RESPONSE || code?.tag !== ENUMERATED || code.body.length !== 1)
      return notTheProtocol('');
    if (matched?.tag !== OCTETS || diagnostic?.tag !== OCTETS) return notTheProtocol('');
    if (equalBytes(id, NOTICE)) return closed(said); // it speaks of no request, and says farewell [RFC4511 §4.4.1]
    const name = more.find(({ tag }) => tag === RESPONSE_NAME)?.body ?? START_TLS;
    if (!equalBytes(id, ID) || !equalBytes(name, START_TLS)) return notTheProtocol(said);
    if (code.body[0] === SUCCESS) return startTls;
    return code.body[0] === PROTOCOL_ERROR ? absent(said) : refused(said); // [RFC4511 §4.14.2]
  },

  *server(as) {
    for (;;) {
      const outcome = yield* answered(yield* message(), as);
      if (outcome !== undefined) return outcome;
    }
  },
  middle: ldapMiddle((octets, as) => answered(read(octets), as)),
  stead: {
    greeting: () => '',
    // A Notice of Disconnection would do too, but clients do not show what it says.
    *turnAway(why) {
      const { id, operation } = yield* message();
      const [, response = EXTENDED_RESPONSE] = REQUESTS[operation.tag] ?? [];
      yield* send(element(MESSAGE, element(INTEGER, id), result(response, UNAVAILABLE, why)));
      return closed('');
    },
  },
  speaksFirst: 'client',
  forgets: ['all that was read of the root entry', 'SASL mechanisms', 'referrals', 'authentication'],
};

const ID = Uint8Array.of(1);
const NOTICE = Uint8Array.of(0);
const NOBODY: Element = { tag: -1, body: new Uint8Array(0) };

/** What a server says to one message, and what it comes to; undefined when the next one may follow. */
function* answered(
  { id, operation, whole }: Message,
  as: ServerContext,
): Conversation<Verdict | Handover | undefined, 'server'> {
  const answer = (tag: number, code: number, words: string) =>
    send(element(MESSAGE, element(INTEGER, id), result(tag, code, words)));
  const [name = '', response] = REQUESTS[operation.tag] ?? [];
  const [oid, value] = elements(operation.body);
  const isTrigger = name === 'EXTENDED' && oid?.tag === REQUEST_NAME && equalBytes(oid.body, START_TLS);
  if (isTrigger && as.secured) {
    yield* answer(EXTENDED_RESPONSE, OPERATIONS_ERROR, 'TLS is already active'); // [RFC4511 §4.14.2]
  } else if (isTrigger && value !== undefined) {
    yield* answer(EXTENDED_RESPONSE, PROTOCOL_ERROR, 'StartTLS has no value');
  } else if (isTrigger) {
    yield* answer(EXTENDED_RESPONSE, SUCCESS, '');
    return startTls;
  } else if (isApplications(as, name)) {
    return handover(whole);
  } else if (operation.tag === UNBIND) {
    return closed('');
  } else if (response !== undefined) {
    yield* answer(response, CONFIDENTIALITY_REQUIRED, 'StartTLS first');
  } else if (operation.tag !== ABANDON) {
    return notTheProtocol('');
  }
  return undefined;
}

interface Message {
  readonly id: Uint8Array;
  readonly operation: Element;
  readonly whole: string;
}

function* message(): Conversation<Message> {
  return read(yield* frame(berFrame(MESSAGE)));
}

/** Reads one message, or the beginning of a long one. What has no id has no operation either, and is answered by nobody. */
function read(octets: Uint8Array): Message {
  const [outer] = elements(octets);
  const [id, operation = NOBODY] = outer === undefined ? beginnings(octets) : elements(outer.body);
  const numbered = id?.tag === INTEGER && id.body.length > 0 && id.body.length <= 4;
  return { id: numbered ? id.body : NOTICE, operation: numbered ? operation : NOBODY, whole: text(octets) };
}

function beginnings(octets: Uint8Array): readonly Element[] {
  const id = beginning(beginning(octets)?.body ?? octets);
  const operation = id && beginning(id.behind);
  return [id, operation].filter((each) => each !== undefined);
}

const result = (tag: number, code: number, words: string): Uint8Array =>
  element(tag, element(ENUMERATED, Uint8Array.of(code)), element(OCTETS), element(OCTETS, latin1(words)));
