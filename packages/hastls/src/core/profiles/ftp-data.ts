import { asking, type DataDialogue, handover, type Meanings, notTheProtocol } from '../talk/index.ts';
import { REFUSALS, reply, UNKNOWN } from './wire/ftp.ts';

const { ask } = asking(reply);
const PROTECT: Meanings = { '200': 'yes', ...REFUSALS };
const PASSIVE: Meanings = { '229': 'yes', ...UNKNOWN };

/** What is said of the connections for data, one for each transfer: they are protected, and the client opens them. */
export const ftpData: DataDialogue = {
  *protect() {
    for (const command of ['PBSZ 0', 'PROT P']) {
      const { failed } = yield* ask(command, PROTECT);
      if (failed !== undefined) return failed;
    }
    return handover('');
  },
  *open() {
    const { failed, whole } = yield* ask('EPSV', PASSIVE); // and not PASV, whose answer names a host
    const port = /\(\|\|\|(\d{1,5})\|\)/.exec(whole)?.[1]; // [RFC2428 §3]
    return failed ?? (port === undefined ? notTheProtocol(whole) : handover(port));
  },
  begins: (reply) => /^1\d\d[ -]/.test(reply),
};
