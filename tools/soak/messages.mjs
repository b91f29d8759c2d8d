import { randomBytes } from 'node:crypto';

/** About so many octets of mail with commands and dots in it, and a lone dot at its end. */
export function message(size) {
  const lines = randomBytes(Math.ceil(size * 0.7))
    .toString('base64')
    .replace(/.{1,68}/g, (line, at) => `${['', 'STARTTLS\r\n', '..\r\n', 'QUIT\r\n'][at % 4]}${line}\r\n`);
  return `Subject: soak\r\n\r\n${lines}.\r\n`;
}
