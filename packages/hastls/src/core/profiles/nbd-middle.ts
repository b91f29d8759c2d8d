import { concatBytes, equalBytes, latin1, reader, writer } from '../bytes/index.ts';
import {
  asServer,
  type Conversation,
  type Framer,
  type Handover,
  hearFrom,
  type Mediation,
  type MediationOutcome,
  type Middle,
  notTheProtocol,
  octetsFrame,
  refused,
  type ServerContext,
  tell,
  type Verdict,
} from '../talk/index.ts';

/** What begins a connection, what options are answered by, and how much a disk's server may say in one answer. */
export interface NbdFrames {
  readonly greeting: Uint8Array;
  readonly reply: Framer;
}
const FIXED = 1;
const FLAGS = writer().uint32(FIXED).finish();
const [EXPORT_NAME, GO] = [1, 7];
const [ACK, ERROR] = [1, 0x80000000];

/**
 * How disks are followed from the middle: option by option, each with its answers, until a disk is chosen. Over TLS the
 * haggling goes on without a greeting, so the backend's goes no further and is answered by us.
 */
export function nbdMiddle(
  server: (as: ServerContext) => Conversation<Verdict | Handover, 'server'>,
  { greeting, reply }: NbdFrames,
): Middle {
  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    const greets = yield* hearFrom('backend', octetsFrame(greeting.length + 2));
    const knowsOptions = (reader(greets, greeting.length).uint16() & FIXED) !== 0;
    if (!equalBytes(greets.subarray(0, greeting.length), greeting) || !knowsOptions) return refused('');
    if (as.greeted !== true) {
      yield* tell('client', concatBytes(greeting, FLAGS.subarray(2)));
      if (!equalBytes(yield* hearFrom('client', octetsFrame(4)), FLAGS)) return notTheProtocol('');
    }
    yield* tell('backend', FLAGS);
    for (;;) {
      const heard = yield* asServer(server({ ...as, greeted: true }));
      if (heard.kind !== 'plaintext') return heard;
      const option = latin1(heard.heard);
      const asked = reader(option, greeting.length / 2).uint32();
      yield* tell('backend', option);
      if (asked === EXPORT_NAME || ((yield* answers()) === ACK && asked === GO)) return { kind: 'relay' };
    }
  }

  /** Passes on all answers to one option, and gives the kind of the last. */
  function* answers(): Mediation<number> {
    for (;;) {
      const answer = yield* hearFrom('backend', reply);
      yield* tell('client', answer);
      const type = reader(answer, 12).uint32();
      if (type === ACK || type >= ERROR) return type;
    }
  }

  return { mediate, secrets: ['EXPORT_NAME', 'GO'] };
}
