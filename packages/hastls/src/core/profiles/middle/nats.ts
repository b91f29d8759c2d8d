import { latin1, text } from '../../bytes/index.ts';
import {
  asServer,
  hearFrom,
  isApplications,
  lineFrame,
  type Middle,
  type Profile,
  refused,
  type ServerContext,
  tell,
} from '../../talk/index.ts';
import { type Info, readInfo, writeInfo } from '../wire/nats.ts';

/** How messages by subject are followed from the middle: up to where the client has said that it is there. */
export const natsMiddle = (server: Profile['server']): Middle => ({
  *mediate(as) {
    if (as.greeted === true) return { kind: 'relay' }; // it is told once, and nothing said over TLS leads to TLS
    const said = yield* hearFrom('backend', lineFrame);
    const about = readInfo(text(said));
    if (about === undefined) return refused(text(said));
    yield* tell('client', latin1(`${writeInfo(edit(about, as))}\r\n`));
    const heard = yield* asServer(server({ ...as, greeted: true }));
    if (heard.kind !== 'plaintext') return heard;
    yield* tell('backend', latin1(`${heard.heard}\r\n`));
    return { kind: 'relay' };
  },
  secrets: ['CONNECT'],
  greetsOnce: true, // a nonce is in it, which is signed over TLS
});

/** What the backend tells about itself, as it is true of us; other addresses would lead past us. */
function edit(about: Info, as: ServerContext): Info {
  const { tls_required: _r, tls_available: _a, tls_verify: _v, connect_urls: _u, ws_connect_urls: _w, ...rest } = about;
  if (as.secured === true) return rest;
  return { ...rest, [isApplications(as, 'CONNECT') ? 'tls_available' : 'tls_required']: true };
}
