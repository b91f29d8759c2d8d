import { equalBytes, latin1 } from '../../bytes/index.ts';
import {
  asServer,
  hearFrom,
  type Mediation,
  type MediationOutcome,
  type Middle,
  notTheProtocol,
  octetsFrame,
  type Profile,
  refused,
  type ServerContext,
  tell,
} from '../../talk/index.ts';
import { ANSWER, FLAGS, GREETING, negotiation, OPTION, optionOf, readReply, replyFrame } from '../wire/nbd.ts';

/**
 * How disks are followed from the middle: option by option, each with its answers, until a disk is chosen. Over TLS the
 * haggling goes on without a greeting, so the backend's goes no further and is answered by us.
 */
export function nbdMiddle(server: Profile['server']): Middle {
  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    const greets = yield* hearFrom('backend', octetsFrame(GREETING.length));
    if (negotiation(greets) !== 'fixed') return refused('');
    if (as.greeted !== true) {
      yield* tell('client', GREETING);
      if (!equalBytes(yield* hearFrom('client', octetsFrame(FLAGS.length)), FLAGS)) return notTheProtocol('');
    }
    yield* tell('backend', FLAGS);
    for (;;) {
      const heard = yield* asServer(server({ ...as, greeted: true }));
      if (heard.kind !== 'plaintext') return heard;
      const option = latin1(heard.heard);
      const asked = optionOf(option);
      yield* tell('backend', option);
      if (asked === OPTION.exportName || ((yield* answers()) === ANSWER.ack && asked === OPTION.go))
        return { kind: 'relay' };
    }
  }

  /** Passes on all answers to one option, and gives the kind of the last. */
  function* answers(): Mediation<number> {
    for (;;) {
      const answer = yield* hearFrom('backend', replyFrame);
      yield* tell('client', answer);
      const { type } = readReply(answer);
      if (type === ANSWER.ack || type >= ANSWER.error) return type;
    }
  }

  return { mediate, secrets: ['EXPORT_NAME', 'GO'] };
}
