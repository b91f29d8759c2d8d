import { latin1, text } from '../bytes/index.ts';
import {
  absent,
  closed,
  frame,
  frameStead,
  handover,
  isApplications,
  notTheProtocol,
  octetsFrame,
  openingMiddle,
  type Profile,
  refused,
  type ServerContext,
  type ServerDialogue,
  send,
  startTls,
} from '../talk/index.ts';
import { asked, errorResponse, SSL_REQUEST, startupFrame } from './wire/postgresql.ts';

const [YES, NO] = [latin1('S'), latin1('N')];

/**
 * A database. A client asks with one packet, and is answered with one octet: whatever stands behind it was not said
 * by the server. [CVE-2021-23214] [CVE-2021-23222] Since version 17 TLS may begin at once too, with the ALPN id.
 */
export const postgresql: Profile = {
  name: 'postgresql',
  service: 'postgresql',
  ports: { plain: [5432], tls: [] },
  alpn: ['postgresql'],
  specs: ['PostgreSQL frontend/backend protocol 3.0'],

  *client() {
    yield* send(SSL_REQUEST);
    const said = text(yield* frame(octetsFrame(1)));
    if (said === 'S') return startTls;
    if (said === 'N') return refused(said);
    // A server too old for the question complains in words that anybody could have written: they are left unread.
    return said === 'E' ? absent('') : notTheProtocol(said);
  },

  server,
  middle: openingMiddle(server, ['STARTUP']),
  stead: frameStead((why) => errorResponse('57P03', why)), // cannot_connect_now
  speaksFirst: 'client',
  forgets: ['nothing: no more than one octet was said'],
};

function* server(as: ServerContext): ServerDialogue {
  for (;;) {
    const packet = yield* frame(startupFrame);
    const asks = asked(packet);
    if (asks === 'TLS') {
      yield* send(as.secured ? NO : YES);
      if (!as.secured) return startTls;
    } else if (asks === 'GSS') {
      yield* send(NO);
    } else if (isApplications(as, asks)) {
      return handover(text(packet));
    } else {
      if (asks !== 'CANCEL') yield* send(DEMAND); // a request to cancel is never answered
      return closed('');
    }
  }
}

/** As from a server without a rule for unencrypted connections: invalid_authorization_specification. */
const DEMAND = errorResponse('28000', 'TLS is required: SSLRequest first');
