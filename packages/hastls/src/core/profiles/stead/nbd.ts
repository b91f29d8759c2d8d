import { equalBytes } from '../../bytes/index.ts';
import { closed, frame, notTheProtocol, octetsFrame, type Stead, send } from '../../talk/index.ts';
import { ANSWER, FLAGS, GREETING, OPTION, optionFrame, optionOf, writeReply } from '../wire/nbd.ts';

/** Whatever a client asks for, the server is about to end, until the client has understood. */
export const nbdStead: Stead = {
  *turnAway(why, greeted) {
    if (!greeted) {
      yield* send(GREETING);
      if (!equalBytes(yield* frame(octetsFrame(FLAGS.length)), FLAGS)) return notTheProtocol('');
    }
    for (;;) {
      const asked = optionOf(yield* frame(optionFrame));
      if (asked === OPTION.exportName) return closed(''); // there is no other way to refuse it
      yield* send(asked === OPTION.abort ? writeReply(asked, ANSWER.ack) : writeReply(asked, ANSWER.shutdown, why));
      if (asked === OPTION.abort) return closed('');
    }
  },
};
