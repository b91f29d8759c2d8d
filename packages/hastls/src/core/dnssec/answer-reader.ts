import type { Parsed } from '../bytes/parsed.ts';
import type { Message } from '../dns/message.ts';
import { decodeMessage } from '../dns/message-codec.ts';
import { limitReached } from './failure.ts';
import { LIMITS, type Limit } from './limits.ts';

/** Reads the answers to one question. */
export interface AnswerReader {
  /** The message, or which limit it would exceed. */
  read(octets: Uint8Array): Parsed<Message>;
  /**
   * Whether at least half of the room is left. With less it is no reader for a question that others wait for as well:
   * whoever had it fill up would make their answers unread, too.
   */
  readonly isRoomy: boolean;
}

/**
 * Reads the answers to one question, as long as the limits leave room for them. Length and header say how much room an
 * answer wants: to read thousands of records is most of the work that they can cause. What is not read takes none, so
 * that an honest answer to the same question still finds it.
 */
export function createAnswerReader(): AnswerReader {
  let [octetsRead, recordsRead] = [0, 0];
  return {
    read(octets) {
      const records = recordsIn(octets);
      if (octetsRead + octets.length > LIMITS.octetsPerQuestion) return unread('octetsPerQuestion');
      if (recordsRead + records > LIMITS.recordsPerQuestion) return unread('recordsPerQuestion');
      octetsRead += octets.length;
      recordsRead += records;
      return decodeMessage(octets);
    },
    get isRoomy() {
      return octetsRead <= LIMITS.octetsPerQuestion / 2 && recordsRead <= LIMITS.recordsPerQuestion / 2;
    },
  };
}

const unread = (limit: Limit): Parsed<Message> => ({ ok: false, why: limitReached(limit).because[0] });

/** How many records a message says it has, by the three counts in its header. [RFC1035 §4.1.1] */
const recordsIn = (message: Uint8Array): number =>
  [6, 8, 10].reduce((sum, at) => sum + ((message[at] ?? 0) << 8) + (message[at + 1] ?? 0), 0);
