import { latin1, text } from '../bytes/index.ts';
import {
  absent,
  asServer,
  type Conversation,
  closed,
  firstWord,
  type Handover,
  handover,
  hearFrom,
  isApplications,
  line,
  lineFrame,
  looksLikeClientHello,
  notTheProtocol,
  type Profile,
  refused,
  type ServerContext,
  say,
  startTls,
  tell,
  type Verdict,
  verb,
} from '../talk/index.ts';

/** Messages by subject. The server tells about itself first; TLS begins at once where it says so, and nobody asks. */
export const nats: Profile = {
  name: 'nats',
  service: 'nats',
  ports: { plain: [4222], tls: [] },
  specs: ['NATS client protocol'],

  *client() {
    const heard = yield* line();
    if (firstWord(heard) === '-ERR') return refused(heard);
    const about = readInfo(heard);
    if (about === undefined) return notTheProtocol(heard);
    const { tls_required: required, tls_available: available } = about;
    return required === true || available === true ? startTls : absent(heard);
  },

  server,
  middle: {
    *mediate(as) {
      if (as.greeted === true) return { kind: 'relay' }; // it is told once, and nothing said over TLS leads to TLS
      const said = yield* hearFrom('backend', lineFrame);
      const about = readInfo(text(said));
      if (about === undefined) return refused(text(said));
      yield* tell('client', latin1(`INFO ${JSON.stringify(edit(about, as))}\r\n`));
      const heard = yield* asServer(server({ ...as, greeted: true }));
      if (heard.kind !== 'plaintext') return heard;
      yield* tell('backend', latin1(`${heard.heard}\r\n`));
      return { kind: 'relay' };
    },
    secrets: ['CONNECT'],
    greetsOnce: true, // a nonce is in it, which is signed over TLS
  },
  speaksFirst: 'client',
  forgets: ['all that the server told about itself: nonce, other addresses, limits'],
};

function* server(as: ServerContext): Conversation<Verdict | Handover, 'server'> {
  if (!as.greeted) yield* say(greeting(as.mode === 'require' ? 'tls_required' : 'tls_available'));
  // Nothing is said in between, so a ClientHello may come instead of a command. [S10]
  const first = as.secured ? undefined : yield { do: 'peek', is: helloOrCommand };
  if (first?.[0] === HANDSHAKE) return startTls;
  const command = yield* line();
  if (isApplications(as, verb(command))) return handover(command);
  yield* say("-ERR 'Secure Connection - TLS Required'");
  return closed(command);
}

const greeting = (tls: string): string =>
  `INFO {"server_id":"0","version":"2.9.0","proto":1,"headers":true,"max_payload":1048576,"${tls}":true}`;

const HANDSHAKE = 0x16;
const helloOrCommand = (buffer: Uint8Array): -1 | 0 | 1 =>
  buffer.length > 0 && buffer[0] !== HANDSHAKE ? 1 : looksLikeClientHello(buffer);

/** What the backend tells about itself, as it is true of us; other addresses would lead past us. */
function edit(about: Readonly<Record<string, unknown>>, as: ServerContext): Readonly<Record<string, unknown>> {
  const { tls_required: _r, tls_available: _a, tls_verify: _v, connect_urls: _u, ws_connect_urls: _w, ...rest } = about;
  if (as.secured === true) return rest;
  return { ...rest, [isApplications(as, 'CONNECT') ? 'tls_available' : 'tls_required']: true };
}

/** What a server tells about itself, if it is an object. */
function readInfo(heard: string): Readonly<Record<string, unknown>> | undefined {
  if (firstWord(heard) !== 'INFO') return undefined;
  try {
    const value: unknown = JSON.parse(heard.slice(5));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
