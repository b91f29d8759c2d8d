import type { Passage } from './mediation.ts';

/** So many octets, whatever they are: a chunk, a literal. */
export function counted(length: number): Passage {
  let left = length;
  return (piece) => {
    if (piece.length < left) {
      left -= piece.length;
      return undefined;
    }
    return left;
  };
}

/**
 * Everything up to a line of nothing but a dot, that line included. A dot between line ends of which one is not CR LF
 * ends the message for some servers and not for others: behind it nobody could tell message from commands, so the
 * passage has no end that all agree on. [RFC5321 §4.1.1.4]
 */
export function dotted(): Passage {
  let at: 'in a line' | 'after LF' | 'after the dot' | 'after dot and CR' = 'after LF';
  let isExact = true; // the line before ended with CR LF
  let last = LF;
  return (piece) => {
    for (let index = 0; index < piece.length; index++) {
      if (at === 'in a line') {
        const end = piece.indexOf(LF, index);
        if (end < 0) break;
        isExact = (end > 0 ? piece[end - 1] : last) === CR;
        at = 'after LF';
        index = end;
        continue;
      }
      const octet = piece[index];
      if (at === 'after LF') {
        if (octet === LF) isExact = false;
        else at = octet === DOT ? 'after the dot' : 'in a line';
      } else if (octet === LF) {
        return isExact && at === 'after dot and CR' ? index + 1 : -1;
      } else {
        at = at === 'after the dot' && octet === CR ? 'after dot and CR' : 'in a line';
      }
    }
    last = piece.at(-1) ?? last;
    return undefined;
  };
}

/** So many octets at a line's end show whether it announces what follows it. */
export const LINE_TAIL = 24;

/** The rest of a line. Its tail, which may announce what follows it, is added to `last`. */
export function lineRest(last: number[]): Passage {
  return (piece) => {
    const end = piece.indexOf(LF) + 1;
    const belongs = end === 0 ? piece : piece.subarray(0, end);
    last.push(...belongs.subarray(-LINE_TAIL));
    last.splice(0, Math.max(0, last.length - LINE_TAIL));
    return end === 0 ? undefined : end;
  };
}

const [LF, CR, DOT] = [0x0a, 0x0d, 0x2e];
