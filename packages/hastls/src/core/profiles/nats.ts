import {
  absent,
  closed,
  firstWord,
  handover,
  isApplications,
  line,
  looksLikeClientHello,
  notTheProtocol,
  type Profile,
  refused,
  type ServerContext,
  type ServerDialogue,
  say,
  startTls,
  verb,
} from '../talk/index.ts';
import { natsMiddle } from './middle/nats.ts';
import { natsStead } from './stead/nats.ts';
import { ABOUT, readInfo, writeInfo } from './wire/nats.ts';

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
  middle: natsMiddle(server),
  stead: natsStead,
  speaksFirst: 'client',
  forgets: ['all that the server told about itself: nonce, other addresses, limits'],
};

function* server(as: ServerContext): ServerDialogue {
  const upgrade = as.mode === 'require' ? 'tls_required' : 'tls_available';
  if (!as.greeted) yield* say(writeInfo({ ...ABOUT, [upgrade]: true }));
  // Nothing is said in between, so a ClientHello may come instead of a command. [S10]
  const first = as.secured ? undefined : yield { do: 'peek', is: helloOrCommand };
  if (first?.[0] === HANDSHAKE) return startTls;
  const command = yield* line();
  if (isApplications(as, verb(command))) return handover(command);
  yield* say("-ERR 'Secure Connection - TLS Required'");
  return closed(command);
}

const HANDSHAKE = 0x16;
const helloOrCommand = (buffer: Uint8Array): -1 | 0 | 1 =>
  buffer.length > 0 && buffer[0] !== HANDSHAKE ? 1 : looksLikeClientHello(buffer);
