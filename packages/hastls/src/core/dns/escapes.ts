/**
 * The octets of a word, or of a label, as a master file has it: `\X` is X, `\DDD` an octet by its number. [RFC1035 §5.1]
 * @param what for complaints: what is read
 * @param foreign the complaint about what is not ASCII
 * @throws RangeError
 */
export function unescaped(written: string, what: 'word' | 'label', foreign: string): Uint8Array {
  const octets: number[] = [];
  for (let at = 0; at < written.length; at++) {
    const character = written.charCodeAt(at);
    if (character > 0x7e) throw new RangeError(foreign);
    if (character !== BACKSLASH) {
      octets.push(character);
      continue;
    }
    const digits = written.slice(at + 1, at + 4);
    if (/^[0-9]{3}$/.test(digits)) {
      if (Number(digits) > 255) throw new RangeError(`\\${digits} is no octet`);
      octets.push(Number(digits));
      at += 3;
    } else {
      if (at + 1 >= written.length) throw new RangeError(`a backslash at the end of a ${what}`);
      const escaped = written.charCodeAt(++at);
      if (escaped > 0x7e) throw new RangeError(foreign);
      octets.push(escaped);
    }
  }
  return Uint8Array.from(octets);
}

const BACKSLASH = 0x5c;
