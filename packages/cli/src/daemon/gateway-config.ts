import { isIP } from 'node:net';
import { profiles } from 'hastls/profiles';
import { type GatewayOptions, type Misfit, misfits } from 'hastls/serve';
import type { Profile } from 'hastls/talk';
import { z } from 'zod';
import { backends, clients, network, toBackend } from './backend-config.ts';
import { admin, clientLimits, limits, tickets, watch, workersByCores } from './operation.ts';
import { type OwnProtocol, protocols } from './protocols.ts';
import { dns, drain, front, isLoopback, type Listen, log, milliseconds, type Place } from './schema.ts';

const IN_BAND = ['require', 'require-for', 'prefer'] as const;
const MODES = [...IN_BAND, 'implicit', 'auto'] as const;

const port = z.int().min(1).max(0xffff);

/** What each gateway may say for itself, and the file for all of them. */
const shared = {
  greet_as: z.string().describe('what it calls itself'),
  certificates: z
    .array(z.strictObject({ cert: z.string(), key: z.string(), ocsp: z.string().optional() }))
    .min(1)
    .describe(
      'PEM files, `[{ cert = "chain.pem", key = "key.pem" }, …]`: for a name that a client asks for the first certificate that is for it, or else the first of all; with `ocsp`, what its authority says of it, in DER, to be stapled',
    ),
  ...clientLimits,
  handshake_ms: milliseconds.describe("from a client's arrival to TLS, where there is nothing without"),
  dial_ms: milliseconds.describe('each step of the way to a backend may take so long'),
  clients: clients.describe('the certificates that clients have to show, or may (default: they are not asked)'),
  proxy_from: z
    .array(network)
    .min(1)
    .describe(
      'addresses, networks, or `"unix:"`, of balancers that say by the PROXY protocol whom they speak for: they have to, within five seconds, and nobody else may',
    ),
  enforce_record: z.boolean().describe('does not start when the record under `name` contradicts what is served'),
};
const defaults = z.strictObject({
  ...z.object(shared).partial().shape,
  greet_as: shared.greet_as.default('localhost'),
  connections: shared.connections.default(10_000),
  connections_per_address: shared.connections_per_address.default(200),
  handshake_ms: shared.handshake_ms.default(60_000),
  idle_ms: shared.idle_ms.default(600_000),
  dial_ms: shared.dial_ms.default(10_000),
  enforce_record: shared.enforce_record.default(false),
});

const gateway = z.strictObject({
  listen: z
    .union([front.transform((each) => [each]), z.array(front).min(1)], {
      error:
        'an address and a port, like "0.0.0.0:587" or "[::]:587", "unix:/run/mail.sock", or a list of these is wanted',
    })
    .describe(
      'where clients connect to: `"0.0.0.0:587"`, `"[::]:587"`, `"unix:/run/mail.sock"`, `"systemd:NAME"` for sockets that systemd has opened, or a list of these',
    ),
  protocol: z.string().optional().describe('what is spoken; none: it is not read, which implicit TLS allows'),
  mode: z.enum(MODES).describe('where the line is drawn between plaintext and TLS: see above'),
  in_band: z
    .enum(IN_BAND)
    .optional()
    .describe('what `mode = "auto"` means for those who do not begin with TLS (default: `"require"`)'),
  require_for: z
    .array(z.string().toUpperCase())
    .min(1)
    .optional()
    .describe('the commands that wait for TLS with `"require-for"` (default: those that tell secrets)'),
  backend: backends.describe(
    'the server that leaves TLS to us: an address, a table, or a list of these, alike; nobody else should be able to reach it',
  ),
  backend_order: z
    .enum(['as-listed', 'in-turns'])
    .default('as-listed')
    .describe("each client gets the first of several that can be reached, or begins behind its predecessor's"),
  name: z
    .string()
    .optional()
    .describe('what clients call the host: the record under it is compared with what is served'),
  public_ports: z
    .array(port)
    .min(1)
    .optional()
    .describe('the ports by which clients come, where these are not those of `listen`'),
  data_ports: z
    .tuple([port, port])
    .refine(([first, last]) => first <= last, 'the first port is wanted, and a last one behind it')
    .optional()
    .describe(
      'with `ftp`, the first and the last port for data, `[50000, 50999]` (default: any that the system gives)',
    ),
  ...z.object(shared).partial().shape,
});

type Gateway = z.output<typeof gateway>;
type Own = readonly OwnProtocol[];
type Complain = (message: string, ...path: readonly PropertyKey[]) => void;

/** Where a gateway draws the line between plaintext and TLS, as the library has it. */
export function lineOf(
  { mode, in_band: inBand = 'require', require_for: commands }: Gateway,
  profile: Profile | undefined,
): Pick<GatewayOptions, 'mode'> & { readonly implicitToo: boolean } {
  const line = mode === 'auto' ? inBand : mode;
  return {
    mode: line === 'require-for' ? (commands ?? profile?.middle?.secrets ?? []) : line,
    implicitToo: mode === 'auto',
  };
}

/** What goes with which protocol: the library says so, and here is what it calls by other names. */
function checkFitting(gateway: Gateway, own: Own, complain: Complain): void {
  const { protocol, backend, in_band: inBand, proxy_from: announcedBy, data_ports: dataPorts } = gateway;
  const profile = profileOf(protocol, own);
  if (protocol !== undefined && profile === undefined) {
    const followed = known(own).filter(({ middle }) => middle !== undefined);
    const names = followed.map(({ name }) => name).join(', ');
    complain(`"${protocol}" is unknown: leave it out, or give one of ${names}`, 'protocol');
    return;
  }
  const line = lineOf(gateway, profile);
  const keys = {
    mode: line.implicitToo && inBand !== undefined ? 'in_band' : 'mode',
    implicitToo: 'mode',
    backend: 'backend',
    announcedBy: 'proxy_from',
    dataPorts: 'data_ports',
  } as const satisfies Record<Misfit['option'], keyof Gateway>;
  for (const { option, at, why } of misfits({
    profile,
    ...line,
    backend: backend.map(toBackend),
    announcedBy,
    dataPorts,
  }))
    complain(why, keys[option], ...(at === undefined ? [] : [at]));
}

/** What goes with which key of the file. */
function checkCompany(gateway: Gateway, own: Own, complain: Complain): void {
  const { protocol, mode, in_band: inBand, require_for: commands, name, public_ports: ports } = gateway;
  if (inBand !== undefined && mode !== 'auto') complain('it goes with mode = "auto"', 'in_band');
  if (commands !== undefined && (inBand ?? mode) !== 'require-for')
    complain('it goes with mode = "require-for", or with in_band = "require-for"', 'require_for');
  if (name !== undefined && profileOf(protocol, own) === undefined)
    complain('a record is of a protocol: it goes with one', 'name');
  if (ports !== undefined && name === undefined) complain('it goes with name = "…"', 'public_ports');
  if (gateway.enforce_record === true && name === undefined) complain('it goes with name = "…"', 'enforce_record');
}

/** Who is carried to where they came from goes round until there are too many. */
function checkWay({ listen, backend }: Gateway, _: Own, complain: Complain): void {
  for (const [index, { to }] of backend.entries())
    if (listen.some((each) => leadsTo(each, to)))
      complain('this is where the gateway itself listens', 'backend', index);
}

function leadsTo(own: Listen, to: Place): boolean {
  if ('systemd' in own) return false;
  if ('path' in own || 'path' in to) return 'path' in own && 'path' in to && own.path === to.path;
  const isAnywhere = /^[0:.]+$/.test(own.host) && isIP(own.host) === isIP(to.host);
  return own.port === to.port && (own.host === to.host || (isAnywhere && isLoopback(to.host)));
}

/** The file of `hastls gateway`. */
export const gatewayConfig = z
  .strictObject({
    drain_ms: drain,
    watch_ms: watch,
    workers: workersByCores,
    admin,
    limits,
    tickets,
    log,
    dns,
    defaults: defaults.prefault({}).describe('what each gateway takes that does not say otherwise'),
    protocol: protocols.describe('a protocol of your own, as data'),
    gateway: z.array(gateway).min(1).describe('a gateway; there may be many'),
  })
  .superRefine(({ gateway: all, protocol: own, defaults: { proxy_from } }, context) => {
    for (const [index, each] of all.entries())
      for (const check of [checkFitting, checkCompany, checkWay])
        check({ proxy_from, ...each }, own, (message, ...path) =>
          context.addIssue({ code: 'custom', path: ['gateway', index, ...path], message }),
        );
  });

export type GatewayConfig = z.output<typeof gatewayConfig>;

/** A gateway with all that it leaves to the defaults, and what its protocol's name means. */
export type WholeGateway = Gateway & GatewayConfig['defaults'] & { readonly profile: Profile | undefined };

/** The gateways of a file, each with all that it leaves to the defaults. */
export const wholeGateways = ({
  defaults: common,
  gateway: all,
  protocol: own,
}: GatewayConfig): readonly WholeGateway[] =>
  all.map((each) => ({ ...common, ...each, profile: profileOf(each.protocol, own) }) as WholeGateway); // as: TOML has no undefined

/** The protocol of this name, if there is one: the file's own, or one that everybody knows. */
const profileOf = (protocol: string | undefined, own: Own): Profile | undefined =>
  known(own).find(({ name }) => name === protocol);

const known = (own: Own): readonly Profile[] => [...own.map(({ profile }) => profile), ...profiles];
