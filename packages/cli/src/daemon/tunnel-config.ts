import { STANCES } from 'hastls/policy';
import { z } from 'zod';
import { pins } from './backend-config.ts';
import { admin, clientLimits, limits, oneWorker, watch } from './operation.ts';
import { protocols } from './protocols.ts';
import { dns, drain, front, isLoopback, log, milliseconds } from './schema.ts';

const tunnel = z
  .strictObject({
    listen: front.describe(
      'where clients connect to, in clear: `"127.0.0.1:1143"`, `"unix:/run/mail.sock"`, `"systemd:NAME"`',
    ),
    beyond_loopback: z
      .boolean()
      .default(false)
      .describe('clients may come from other machines: what they say is then said in clear on the way to here'),
    to: z.string().describe('the service, as for `hastls connect`: `"imap://mail.example.org"`'),
    by: z.enum(['mx', 'srv']).optional().describe('`to` names a domain, whose MX or SRV records lead to its hosts'),
    stance: z.enum(STANCES).default('cso').describe('what may be done where TLS is not to be had'),
    greet_as: z.string().default('localhost').describe('what a greeting that is ours calls the server'),
    ca: z.string().optional().describe("PEM file of those who may vouch for the server (default: Node's roots)"),
    cert: z.string().optional().describe('PEM file of the certificate that we show it'),
    key: z.string().optional().describe('and its key'),
    pins: pins.describe('the keys that the server may have: SHA-256 over the SubjectPublicKeyInfo, in base64'),
    timeout_ms: milliseconds.default(30_000).describe('one host may take so long to connect to, all steps together'),
    connections: clientLimits.connections.default(10_000),
    connections_per_address: clientLimits.connections_per_address
      .default(10_000)
      .describe('and how many of one address, of which all are that come over loopback'),
    handshake_ms: milliseconds
      .default(60_000)
      .describe("from a client's arrival to a connection for it, whichever hosts are tried"),
    idle_ms: clientLimits.idle_ms.default(600_000),
    total_ms: clientLimits.total_ms.optional(),
  })
  .superRefine((each, context) => {
    if (!each.beyond_loopback && 'host' in each.listen && !isLoopback(each.listen.host))
      context.addIssue({
        code: 'custom',
        path: ['listen'],
        message:
          'clients speak to a tunnel in clear: listen on loopback or a Unix socket, or set beyond_loopback = true',
      });
    if ((each.cert === undefined) !== (each.key === undefined))
      context.addIssue({
        code: 'custom',
        path: [each.cert === undefined ? 'key' : 'cert'],
        message: 'cert and key come together',
      });
  });

/** The file of `hastls tunnel`. */
export const tunnelConfig = z.strictObject({
  drain_ms: drain,
  watch_ms: watch,
  workers: oneWorker,
  admin,
  dns,
  limits,
  log,
  protocol: protocols.describe('a protocol of your own, as data'),
  tunnel: z.array(tunnel).min(1).describe('a tunnel; there may be many'),
});

export type TunnelConfig = z.output<typeof tunnelConfig>;
