import { STANCES } from 'hastls/policy';
import { z } from 'zod';
import { admin, limits, oneWorker, watch } from './operation.ts';
import { protocols } from './protocols.ts';
import { dns, drain, front, isLoopback, log, milliseconds } from './schema.ts';

const tunnel = z
  .strictObject({
    /** Where clients connect to, in clear. */
    listen: front,
    /** Clients may come from other machines: what they say is then said in clear on the way to here. */
    beyond_loopback: z.boolean().default(false),
    /** The service, as for `hastls connect`. */
    to: z.string(),
    /** `to` names a domain, whose MX or SRV records lead to its hosts. */
    by: z.enum(['mx', 'srv']).optional(),
    stance: z.enum(STANCES).default('cso'),
    /** What a greeting that is ours calls the server. */
    greet_as: z.string().default('localhost'),
    /** PEM files: whom to trust instead of the system's, and who we are. */
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
    /** Keys that the server may have: SHA-256 over the SubjectPublicKeyInfo, in base64. */
    pins: z.array(z.string()).min(1).optional(),
    /** For one connection to come about, all steps together. */
    timeout_ms: milliseconds.default(30_000),
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
  protocol: protocols,
  tunnel: z.array(tunnel).min(1),
});

export type TunnelConfig = z.output<typeof tunnelConfig>;
