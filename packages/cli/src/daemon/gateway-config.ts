import { profiles } from 'hastls/profiles';
import { type Profile, serverGreets } from 'hastls/talk';
import { z } from 'zod';
import { backends, clients, network } from './backend-config.ts';
import { admin, clientLimits, limits, tickets, watch, workersByCores } from './operation.ts';
import { type OwnProtocol, protocols } from './protocols.ts';
import { dns, drain, front, log, milliseconds } from './schema.ts';

const IN_BAND = ['require', 'require-for', 'prefer'] as const;
export const MODES = [...IN_BAND, 'implicit', 'auto'] as const;

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
type Check = (gateway: Gateway, own: Own, complain: (key: string, message: string) => void) => void;

/** What a mode asks of a protocol, and what goes with which mode. */
const checkModes: Check = ({ protocol, mode, in_band: inBand, require_for: commands }, own, complain) => {
  const profile = profileOf(protocol, own);
  const followed = known(own)
    .filter(({ middle }) => middle !== undefined)
    .map(({ name }) => name);
  if (protocol !== undefined && profile === undefined)
    complain('protocol', `"${protocol}" is unknown: leave it out, or give one of ${followed.join(', ')}`);
  else if (mode !== 'implicit' && profile?.middle === undefined)
    complain(
      'mode',
      `${protocol ?? 'what has no protocol'} can have implicit TLS only: ${profile?.unfollowed ?? 'nobody knows its dialogue'}`,
    );
  else if (profile?.middle?.unread !== undefined && ['require-for', 'prefer'].includes(inBand ?? mode))
    complain(
      inBand === undefined ? 'mode' : 'in_band',
      `with ${protocol} TLS has to come before all else: ${profile.middle.unread}`,
    );
  else if (mode === 'auto' && profile !== undefined && serverGreets(profile))
    complain('mode', `${protocol} cannot have both forms of TLS on one port: its clients wait for a greeting`);
  if (inBand !== undefined && mode !== 'auto') complain('in_band', 'it goes with mode = "auto"');
  if (commands !== undefined && (inBand ?? mode) !== 'require-for')
    complain('require_for', 'it goes with mode = "require-for", or with in_band = "require-for"');
};

/** What backend, name and record ask of it. */
const checkSurroundings: Check = (
  { protocol, backend, name, public_ports: ports, enforce_record: enforced },
  own,
  complain,
) => {
  const [profile, what] = [profileOf(protocol, own), protocol ?? 'what has no protocol'];
  if (backend.some(({ tls }) => tls === 'in-band') && profile?.stead === undefined)
    complain('backend', `${what} can have implicit TLS only on the way to it`);
  if (backend.some(({ introduce }) => introduce === 'xclient') && profile?.introduce === undefined)
    complain('backend', `${what} has no XCLIENT: introduce = "proxy-v2" would do`);
  if (name !== undefined && profile === undefined) complain('name', 'a record is of a protocol: it goes with one');
  if (ports !== undefined && name === undefined) complain('public_ports', 'it goes with name = "…"');
  if (enforced === true && name === undefined) complain('enforce_record', 'it goes with name = "…"');
};

/** What connections beside the dialogue ask of all others: nobody could say whose they are, or protect them twice. */
const checkBeside: Check = ({ protocol, backend, data_ports: ports, proxy_from: announcers }, own, complain) => {
  if (profileOf(protocol, own)?.middle?.beside === undefined) {
    if (ports !== undefined) complain('data_ports', 'it goes with protocol = "ftp"');
    return;
  }
  const has = (each: (typeof backend)[number]) => 'path' in each.to || each.tls !== undefined || each.introduce;
  if (backend.some(has))
    complain(
      'backend',
      `${protocol} has data on ports beside it: it has to be a host and a port, with nothing said before`,
    );
  if (announcers !== undefined)
    complain('proxy_from', `nobody announces the connections that carry data of ${protocol}`);
};

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
  .superRefine(({ gateway: all, protocol: own }, context) => {
    for (const [index, each] of all.entries())
      for (const check of [checkModes, checkSurroundings, checkBeside])
        check(each, own, (key, message) =>
          context.addIssue({ code: 'custom', path: ['gateway', index, key], message }),
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
