import { closed, frame, type Stead, send } from '../../talk/index.ts';
import { ENCRYPTION, encryptionOf, errorPacket, PACKET, packetFrame, prelogin } from '../wire/mssql.ts';

const NOT_NOW = 40613; // the one that all drivers take for a reason to try again

/** The prelogin has no words for it, so a client is told when it logs in. Who insists on TLS is not let in so far. */
export const mssqlStead: Stead = {
  *turnAway(why) {
    const first = yield* frame(packetFrame(PACKET.prelogin, PACKET.login));
    if (first[0] === PACKET.prelogin) {
      yield* send(prelogin(PACKET.tabular, ENCRYPTION.notSupported));
      const wish = encryptionOf(first);
      if (wish === ENCRYPTION.on || wish === ENCRYPTION.required) return closed('');
      yield* frame(packetFrame(PACKET.login));
    }
    yield* send(errorPacket(NOT_NOW, why));
    return closed('');
  },
};
