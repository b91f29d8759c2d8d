import { STANCES, type Stance } from 'hastls/policy';
import { type Interference, startWire } from 'hastls/testing';
import type { Host } from './peers/dns-world.ts';
import type { LiveService } from './peers/mail-and-news.ts';
import type { Stage } from './peers/stage.ts';

/**
 * Where a record can lead. `cut` is the in-band door behind somebody who removes the offer of TLS, `shut` the implicit
 * one behind somebody who ends every connection.
 */
export type Door = 'none' | 'inBand' | 'strict' | 'implicit' | 'cut' | 'shut';

/** What a host promises, and what becomes of each kind of client: how `meet` ends, with doors for ports. */
interface Row {
  readonly host: string;
  readonly promise: readonly [ins: Door, sec: Door, preference: number];
  readonly cio: string;
  readonly cso: string;
  readonly cfb: string;
}

const POLICY = 'ERR_HASTLS_POLICY';
const NOT_OFFERED = 'ERR_HASTLS_NOT_OFFERED';
const NAME = 'ERR_HASTLS_NAME_MISMATCH';
const HANDSHAKE = 'ERR_HASTLS_HANDSHAKE';

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { host: 'both', promise: ['inBand', 'inBand', 0],
    cio: 'plaintext @inBand', cso: 'in-band @inBand', cfb: 'in-band @inBand' },
  { host: 'wanted', promise: ['strict', 'strict', 1],
    cio: 'in-band @strict', cso: 'in-band @strict', cfb: 'in-band @strict' }, // [R24] [A25]
  { host: 'apart', promise: ['inBand', 'implicit', 0],
    cio: 'plaintext @inBand', cso: 'implicit @implicit', cfb: 'implicit @implicit' },
  { host: 'apart-wanted', promise: ['inBand', 'implicit', 1],
    cio: 'implicit @implicit', cso: 'implicit @implicit', cfb: 'implicit @implicit' }, // [R24] [A25]
  { host: 'only', promise: ['none', 'implicit', 0],
    cio: POLICY, cso: 'implicit @implicit', cfb: 'implicit @implicit' }, // [R25] [R29]
  { host: 'never', promise: ['inBand', 'none', 0],
    cio: 'plaintext @inBand', cso: POLICY, cfb: 'plaintext @inBand' }, // [R26] [R28]
  { host: 'outdated', promise: ['strict', 'none', 0], // the server demands TLS by now
    cio: 'plaintext @strict', cso: POLICY, cfb: 'plaintext @strict' },
  { host: 'unnamed.deep', promise: ['inBand', 'implicit', 0], // no name of the certificate reaches that deep [A28]
    cio: 'plaintext @inBand', cso: NAME, cfb: NAME },
  { host: 'cut', promise: ['cut', 'cut', 0],
    cio: 'plaintext @cut', cso: NOT_OFFERED, cfb: 'plaintext @cut after not-offered' }, // [A30]
  { host: 'cut-wanted', promise: ['cut', 'cut', 1],
    cio: NOT_OFFERED, cso: NOT_OFFERED, cfb: NOT_OFFERED }, // [R24]
  { host: 'shut', promise: ['inBand', 'shut', 0],
    cio: 'plaintext @inBand', cso: HANDSHAKE, cfb: 'plaintext @inBand after handshake' },
  { host: 'shut-wanted', promise: ['inBand', 'shut', 1],
    cio: HANDSHAKE, cso: HANDSHAKE, cfb: HANDSHAKE }, // [R24]
];

/** Every row under every stance. */
export const CASES: readonly { readonly row: Row; readonly stance: Stance; readonly expected: string }[] = ROWS.flatMap(
  (row) => STANCES.map((stance) => ({ row, stance, expected: row[stance] })),
);

/** A live service with a host of its own for each row. */
export interface Promised extends LiveService {
  readonly hosts: readonly Host[];
  readonly portOf: Readonly<Record<Door, number>>;
  /** How many connections the remover of offers has seen so far. */
  cutConnections(): number;
}

/** Puts the attackers in place, and gives each row a host. */
export async function promise(stage: Stage, service: LiveService): Promise<Promised> {
  let connections = 0;
  const cut = await attack(stage, service.inBand, ({ toClient, toServer }) => {
    connections++;
    return {
      fromServer: (line) => toClient(line.replace(OFFER, 'XXXXXXXA')),
      fromClient: (line) => toServer(line.replace(OFFER, 'XXXXXXXA')),
    };
  });
  const shut = await attack(stage, service.implicit, (grip) => {
    grip.cut();
    return {};
  });
  const { inBand, strict, implicit } = service;
  const portOf: Readonly<Record<Door, number>> = { none: 0, inBand, strict: strict.port, implicit, cut, shut };
  return {
    ...service,
    hosts: ROWS.map(({ host, promise: [ins, sec, preference] }) => ({
      name: `${service.scheme}-${host}`,
      ...(ins === 'strict' ? { address: strict.address } : {}),
      promises: { [`_${service.scheme}._tcp`]: [[portOf[ins], portOf[sec], preference]] },
    })),
    portOf,
    cutConnections: () => connections,
  };
}

/** The word by which a server offers the upgrade, and a client asks for it. */
export const OFFER = /STARTTLS|STLS/i;

async function attack(stage: Stage, to: number, interference: Interference): Promise<number> {
  const wire = await startWire({ to, interference });
  const log = () => Buffer.from(wire.heard()).toString('latin1');
  await stage.keep(Promise.resolve({ name: `the attacker before port ${to}`, log, stop: () => wire.close() }));
  return wire.port;
}
