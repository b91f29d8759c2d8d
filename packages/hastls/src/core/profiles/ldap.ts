import { equalBytes, latin1 } from '../bytes/index.ts';
import {
  absent,
  closed,
  elements,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  type ServerContext,
  send,
  startTls,
} from '../talk/index.ts';
import { ldapMiddle } from './middle/ldap.ts';
import { type Message, message, RESULT, read, readResult, TAG, writeRequest, writeResult } from './wire/ldap.ts';

const START_TLS = latin1('1.3.6.1.4.1.1466.20037'); // [RFC4511 §4.14.1]
const ID = Uint8Array.of(1);

/** Directories. One request asks for TLS, and nothing else may be said until it is answered. [RFC4511 §4.14] */
export const ldap: Profile = {
  name: 'ldap',
  service: 'ldap',
  ports: { plain: [389], tls: [636] },
  implicitScheme: 'ldaps',
  specs: ['RFC 4511', 'RFC 4513'],

  *client() {
    yield* send(writeRequest(ID, START_TLS));
    const answer = yield* message();
    const result = readResult(answer);
    if (result === undefined) return notTheProtocol('');
    const { code, said, oid = START_TLS } = result;
    if (result.isNotice) return closed(said); // it speaks of no request, and says farewell [RFC4511 §4.4.1]
    if (!equalBytes(answer.id, ID) || !equalBytes(oid, START_TLS)) return notTheProtocol(said);
    if (code === RESULT.success) return startTls;
    return code === RESULT.protocolError ? absent(said) : refused(said); // [RFC4511 §4.14.2]
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
      const { id, response = TAG.extendedResponse } = yield* message();
      yield* send(writeResult(id, response, RESULT.unavailable, why));
      return closed('');
    },
  },
  speaksFirst: 'client',
  forgets: ['all that was read of the root entry', 'SASL mechanisms', 'referrals', 'authentication'],
};

/** What a server says to one message, and what it comes to; undefined when the next one may follow. */
function* answered({ id, operation, name, response, whole }: Message, as: ServerContext) {
  const answer = (tag: number, code: number, words: string) => send(writeResult(id, tag, code, words));
  const [oid, value] = elements(operation.body);
  const isTrigger = name === 'EXTENDED' && oid?.tag === TAG.requestName && equalBytes(oid.body, START_TLS);
  if (isTrigger && as.secured) {
    yield* answer(TAG.extendedResponse, RESULT.operationsError, 'TLS is already active'); // [RFC4511 §4.14.2]
  } else if (isTrigger && value !== undefined) {
    yield* answer(TAG.extendedResponse, RESULT.protocolError, 'StartTLS has no value');
  } else if (isTrigger) {
    yield* answer(TAG.extendedResponse, RESULT.success, '');
    return startTls;
  } else if (isApplications(as, name)) {
    return handover(whole);
  } else if (operation.tag === TAG.unbind) {
    return closed('');
  } else if (response !== undefined) {
    yield* answer(response, RESULT.confidentialityRequired, 'StartTLS first');
  } else if (operation.tag !== TAG.abandon) {
    return notTheProtocol('');
  }
  return undefined;
}
