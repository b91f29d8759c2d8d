import { concatBytes, fromHex, latin1, reader, text, writer } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  closed,
  type Framer,
  frame,
  type Handover,
  handover,
  isApplications,
  notTheProtocol,
  octetsFrame,
  openingMiddle,
  type Profile,
  refused,
  type ServerContext,
  send,
  startTls,
  type Verdict,
} from '../talk/index.ts';

const SSL_REQUEST = fromHex('0000000804d2162f');
const [TLS, GSS, CANCEL] = [80_877_103, 80_877_104, 80_877_102];
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
  stead: {
    greeting: () => '',
    *turnAway(why) {
      yield* send(errorResponse('57P03', why)); // cannot_connect_now
      return closed('');
    },
  },
  speaksFirst: 'client',
  forgets: ['nothing: no more than one octet was said'],
};

function* server(as: ServerContext): Conversation<Verdict | Handover, 'server'> {
  for (;;) {
    const packet = yield* frame(startupFrame);
    const asks = reader(packet.subarray(4)).uint32();
    if (asks === TLS && packet.length === SSL_REQUEST.length) {
      yield* send(as.secured ? NO : YES);
      if (!as.secured) return startTls;
    } else if (asks === GSS) {
      yield* send(NO);
    } else if (isApplications(as, asks === CANCEL ? 'CANCEL' : 'STARTUP')) {
      return handover(text(packet));
    } else {
      if (asks !== CANCEL) yield* send(DEMAND); // a request to cancel is never answered
      return closed('');
    }
  }
}

/** Frames what comes before a session: it has no type, only a length, which is never large. */
const startupFrame: Framer = (buffer) => {
  if (buffer[0] !== undefined && buffer[0] !== 0) return -1; // [V14]
  if (buffer.length < 4) return 0;
  const length = reader(buffer).uint32();
  return length < 8 ? -1 : length;
};

/** An error that ends the session, with its SQLSTATE. */
function errorResponse(code: string, words: string): Uint8Array {
  const fields = latin1(`SFATAL\0VFATAL\0C${code}\0M${words}\0\0`);
  return concatBytes(
    latin1('E'),
    writer()
      .uint32(fields.length + 4)
      .finish(),
    fields,
  );
}

/** As from a server without a rule for unencrypted connections: invalid_authorization_specification. */
const DEMAND = errorResponse('28000', 'TLS is required: SSLRequest first');
