import type { ClientHttp2Session, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import type { Connection } from './connection.ts';
import { isAnswerTo, withId } from './query.ts';
import type { Signal } from './signal.ts';
import { openTls, type TlsPeer } from './tls-socket.ts';
import type { HttpsUpstream } from './upstream.ts';

const MEDIA_TYPE = 'application/dns-message'; // [RFC8484 §6]
const MAX_OCTETS = 0xffff;
/** The same for everybody who asks the same: over TLS there is nothing that a number would guard. [RFC8484 §4.1] */
const ANY_ID = 0;

/** One HTTP/2 connection to an upstream: a request for each query. What HTTP says of caching and elsewhere is ignored. */
export function createHttpsConnection(upstream: HttpsUpstream, ca: TlsPeer['ca'], idleMs: number): Connection {
  const { name, port, path, address } = upstream;
  const authority = `${name.includes(':') ? `[${name}]` : name}:${port}`;
  const peer = { host: address ?? name, port, name, pins: [], ca, alpn: 'h2' };
  const session = http2().connect(`https://${authority}`, { createConnection: () => openTls(peer, () => {}) });
  let ended: Error | undefined;
  let open = 0;
  const turn = createTurns();
  session.on('error', (error) => {
    ended ??= error;
  });
  session.setTimeout(idleMs, () => open === 0 && session.close());

  return {
    get isOpen() {
      return !session.closed && !session.destroyed;
    },
    end(reason) {
      ended ??= reason;
      session.destroy();
    },
    async send(query, signal) {
      open++;
      session.ref();
      const written = await turn(signal);
      try {
        return await post(session, path, withId(query, ANY_ID), signal, written);
      } catch (error) {
        throw signal.aborted ? error : (ended ?? error); // why the connection failed says more than that it did
      } finally {
        written();
        if (--open === 0) session.unref();
      }
    },
  };
}

/** Waits until whoever came before has written all, or for no longer than the signal; to be told when this one has. */
type Turn = (signal: Signal) => Promise<() => void>;

/** A request is written whole before the next one begins: there are servers that refuse what comes in between. */
function createTurns(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return async (signal) => {
    const before = last;
    let written = () => {};
    const mine = new Promise<void>((resolve) => {
      written = resolve;
    });
    last = Promise.all([before, mine]);
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await Promise.race([before, over]);
    return written;
  };
}

/** [RFC8484 §4.1 §4.2.1] */
async function post(
  session: ClientHttp2Session,
  path: string,
  query: Uint8Array,
  signal: Signal,
  written: () => void,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': MEDIA_TYPE,
      accept: MEDIA_TYPE,
      'content-length': query.length,
    });
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      request.close(http2().constants.NGHTTP2_CANCEL); // no more than that it is over, when it is
      finish();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const abort = () => settle(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    request.on('finish', written);
    request.on('error', fail);
    request.on('close', () => fail(new Error('closed the connection without an answer')));
    request.on('response', (headers) => {
      const complaint = complaintOf(headers);
      if (complaint !== undefined) fail(new Error(complaint));
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    request.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_OCTETS) fail(new Error(`answers with more than ${MAX_OCTETS} octets`));
    });
    request.on('end', () => {
      const answer = Buffer.concat(chunks);
      if (length === 0) return; // it was closed, and says so
      if (isAnswerTo(query, answer)) settle(() => resolve(answer));
      else fail(new Error('sends other things than the answer'));
    });
    request.end(query);
  });
}

/** Redirections are not followed: whoever is to be asked is named in the options, and nowhere else. */
function complaintOf(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): string | undefined {
  const { ':status': status, 'content-type': type = 'nothing' } = headers;
  if (status !== 200) return `answers with HTTP status ${status}`;
  return type.split(';')[0]?.trim().toLowerCase() === MEDIA_TYPE ? undefined : `answers with ${type.slice(0, 100)}`;
}

let loaded: typeof import('node:http2') | undefined;

/** Loaded by the first use, like `node:crypto`. */
function http2(): typeof import('node:http2') {
  loaded ??= process.getBuiltinModule('node:http2');
  return loaded;
}
