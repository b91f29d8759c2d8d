import { type FittingBackend, isPin, isSource, NAME_KINDS } from 'hastls/serve';
import { z } from 'zod';
import { listen } from './schema.ts';

/** Keys that a peer may have: SHA-256 over the SubjectPublicKeyInfo, in base64. */
export const pins = z
  .array(z.string().refine(isPin, 'SHA-256 over a public key, in base64, is wanted: 44 characters'))
  .min(1)
  .optional();

/** What to write, for whoever has left it out or written something else. */
const WANTED =
  'the server behind it is wanted: backend = "127.0.0.1:10587", or "unix:/run/mail.sock", a table with to = "…", or a list of these';
const error = ({ code }: { readonly code: string }) => (code === 'invalid_type' ? WANTED : undefined);

const backend = z
  .strictObject(
    {
      to: listen.describe('where it listens: address and port, or unix:PATH'),
      tls: z
        .enum(['implicit', 'in-band'])
        .optional()
        .describe('TLS on the way to it, always verified; without this key there is none'),
      name: z.string().min(1).optional().describe('for whom its certificate must be (default: its address)'),
      ca: z.string().optional().describe("PEM file of those who may vouch for it (default: Node's roots)"),
      pins: pins.describe('the keys that it may have: SHA-256 over the SubjectPublicKeyInfo, in base64'),
      cert: z.string().optional().describe('PEM file of the certificate that we show it'),
      key: z.string().optional().describe('and its key'),
      introduce: z
        .enum(['proxy-v1', 'proxy-v2', 'xclient'])
        .optional()
        .describe('how it hears who the client is; proxy-v2 says also what was agreed on in TLS'),
    },
    { error },
  )
  .superRefine(({ to, tls, name, ca, pins: pinned, cert, key }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (tls === undefined)
      for (const [path, value] of Object.entries({ name, ca, pins: pinned, cert, key }))
        if (value !== undefined) complain(path, 'it goes with tls = "implicit" or "in-band"');
    if (tls !== undefined && name === undefined && 'path' in to)
      complain('tls', 'a path is no name: say with name = "…" for whom the certificate must be');
    if ((cert === undefined) !== (key === undefined))
      complain(cert === undefined ? 'key' : 'cert', 'cert and key come together');
  });

/** A server, or several: an address stands for a table with nothing else in it. */
export const backends = z.preprocess(
  (value) => {
    if (value === undefined) return value;
    return (Array.isArray(value) ? value : [value]).map((each) => (typeof each === 'string' ? { to: each } : each));
  },
  z.array(backend, { error }).min(1, { error: WANTED }),
);

export type BackendConfig = z.output<typeof backend>;

const INTRODUCTIONS = { 'proxy-v1': 'line', 'proxy-v2': 'octets', xclient: 'dialogue' } as const;

/** A backend as the library knows it, but for what other files hold. */
export const toBackend = ({ to, tls: how, introduce }: BackendConfig): FittingBackend => ({
  ...to,
  ...(how !== undefined && { tls: { how } }),
  ...(introduce !== undefined && { introduce: INTRODUCTIONS[introduce] }),
});

/** The certificates of clients. */
export const clients = z.strictObject({
  ca: z.string().describe('PEM file of those who vouch for clients'),
  optional: z.boolean().default(false).describe('clients without a certificate are let in too; wrong ones never are'),
  pins: pins.describe('the keys that they may have: SHA-256 over the SubjectPublicKeyInfo, in base64'),
  names: z
    .array(z.string().regex(RegExp(`^(${NAME_KINDS.join('|')}):.`), 'a name like "dns:*.example.org" is wanted'))
    .min(1)
    .optional()
    .describe(
      'the names that they may have, like "dns:*.example.org", "email:*@example.org", "uri:spiffe://example.org/*"',
    ),
});

/** From where clients are announced. */
export const network = z.string().refine(isSource, {
  error: 'an address, a network like "192.0.2.0/24", or "unix:" is wanted',
});
