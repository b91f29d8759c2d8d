import { isIP } from 'node:net';
import { z } from 'zod';

/** What the configurations of all daemons have in common. */

/** An address of one's own and a port, or a Unix socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** Where to listen for clients: a place, or sockets that systemd has opened under this name. */
export type Listen = Place | { readonly systemd: string };

const PLACE_WANTED =
  'an address and a port, like "127.0.0.1:1143" or "[::1]:1143", or "unix:/run/mail.sock", is wanted';
const ADDRESS = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<four>[0-9.]+)):(?<port>\d{1,5})$/i;

function toPlace(text: string, complain: (what: string) => void): Place {
  if (/^unix:\/./.test(text)) return { path: text.slice('unix:'.length) };
  const { six, four, port } = ADDRESS.exec(text)?.groups ?? {};
  const host = six ?? four;
  if (host !== undefined && Number(port) <= 0xffff) return { host, port: Number(port) };
  complain(PLACE_WANTED);
  return z.NEVER;
}

export const listen = z
  .string({ error: PLACE_WANTED })
  .transform((text, { addIssue }): Place => toPlace(text, addIssue));

/** Where daemons listen for clients. */
export const front = z.string({ error: PLACE_WANTED }).transform((text, { addIssue }): Listen => {
  const { name } = /^systemd:(?<name>[^:\s]{1,255})$/.exec(text)?.groups ?? {};
  return name === undefined ? toPlace(text, addIssue) : { systemd: name };
});

export const isLoopback = (host: string): boolean => (isIP(host) === 4 ? host.startsWith('127.') : host === '::1');

/** A span of time in milliseconds. */
export const milliseconds = z.int().min(1).max(86_400_000);

export const dns = z
  .strictObject({
    resolver: z.array(z.string()).min(1).optional().describe("which servers to ask (default: the system's)"),
    anchors: z.string().optional().describe("file of DS or DNSKEY lines to trust (default: the root's, built in)"),
    timeout_ms: milliseconds.default(5000).describe('a look-up may take so long'),
    pin_secure_zones: z
      .boolean()
      .default(false)
      .describe(
        'a zone that was once proven to be signed is bogus when it no longer is, for as long as the daemon runs',
      ),
  })
  .prefault({})
  .describe('how records are looked up');

export type DnsConfig = z.output<typeof dns>;

export const log = z
  .strictObject({
    level: z.enum(['error', 'warn', 'info', 'debug']).default('info').describe('how much is said on stderr'),
  })
  .prefault({})
  .describe('the log');

/** How long connections may go on after the daemon was told to end. */
export const drain = milliseconds.default(30_000).describe('after SIGTERM connections may go on for so long');

/** A place as it is written. */
export function placeName(place: Listen): string {
  if ('systemd' in place) return `systemd:${place.systemd}`;
  return 'path' in place
    ? `unix:${place.path}`
    : `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
}
