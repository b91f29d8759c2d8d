import { z } from 'zod';

/** What the configurations of all daemons have in common. */

/** Where to listen: an address of one's own and a port, or a Unix socket. */
export type Listen = { readonly host: string; readonly port: number } | { readonly path: string };

const ADDRESS = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<four>[0-9.]+)):(?<port>\d{1,5})$/i;

export const listen = z.string().transform((text, context): Listen => {
  if (/^unix:\/./.test(text)) return { path: text.slice('unix:'.length) };
  const { six, four, port } = ADDRESS.exec(text)?.groups ?? {};
  const host = six ?? four;
  if (host !== undefined && Number(port) <= 0xffff) return { host, port: Number(port) };
  context.addIssue('an address and a port, like "127.0.0.1:1143" or "[::1]:1143", or "unix:/run/mail.sock", is wanted');
  return z.NEVER;
});

/** A span of time in milliseconds. */
export const milliseconds = z.int().min(1).max(86_400_000);

export const dns = z
  .strictObject({
    resolver: z.array(z.string()).min(1).optional().describe("which servers to ask (default: the system's)"),
    anchors: z.string().optional().describe("file of DS or DNSKEY lines to trust (default: the root's, built in)"),
    timeout_ms: milliseconds.default(5000).describe('a look-up may take so long'),
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
export const placeName = (place: Listen): string =>
  'path' in place ? `unix:${place.path}` : `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
