// What is carried: of all sizes, and never twice the same, so that what is led astray is noticed. It follows from chance
// alone, so that a run can be had again.
const SIZES = [200, 5_000, 60_000, 400_000];

/** Octets of any kind, few or many. */
export function anyOctets(chance) {
  const size = SIZES[chance.below(SIZES.length)];
  const words = new Uint32Array(size / 4);
  for (let at = 0; at < words.length; at++) words[at] = chance.below(2 ** 32);
  return Buffer.from(words.buffer);
}

/** Mail with commands and dots in it, and a lone dot at its end. */
export function anyMessage(chance) {
  const lines = anyOctets(chance)
    .toString('base64')
    .replace(/.{1,68}/g, (line, at) => `${['', 'STARTTLS\r\n', '..\r\n', 'QUIT\r\n'][at % 4]}${line}\r\n`);
  return `Subject: soak\r\n\r\n${lines}.\r\n`;
}
