/** What happens at a server's plaintext port. */
export type PlainDoor =
  | 'no-tls' // the upgrade is unknown
  | 'tls-possible' // plaintext and the upgrade are both served
  | 'tls-first'; // everything but the upgrade is refused

/** Ports of one server; the one that a kind has no door for is never spoken of. */
export interface DoorPorts {
  readonly plain: number;
  readonly tls: number;
}

/** A way to run a server, and what its operator publishes. [R23] */
export interface Kind {
  readonly name: string;
  readonly says: string;
  readonly plain?: PlainDoor;
  /** Whether it has a port for implicit TLS. */
  readonly implicit?: true;
  /** Data of the HASTLS records that it publishes. */
  promise(ports: DoorPorts): readonly string[];
}

export const kinds: readonly Kind[] = [
  {
    name: 'sio',
    says: 'plaintext only, and says so',
    plain: 'no-tls',
    promise: ({ plain }) => [`${plain} 0 0`],
  },
  {
    name: 'sso',
    says: 'TLS only, on a port of its own',
    implicit: true,
    promise: ({ tls }) => [`0 ${tls} 0`],
  },
  {
    name: 'sso-in-band',
    says: 'TLS only, by the upgrade in-band',
    plain: 'tls-first',
    promise: ({ plain }) => [`${plain} ${plain} 1`], // [A3]
  },
  {
    name: 'ssb',
    says: 'plaintext and TLS in-band, does not mind plaintext',
    plain: 'tls-possible',
    promise: ({ plain }) => [`${plain} ${plain} 0`],
  },
  {
    name: 'ssb-minds',
    says: 'plaintext and TLS in-band, wants no plaintext from those who know better',
    plain: 'tls-possible',
    promise: ({ plain }) => [`${plain} ${plain} 1`],
  },
  {
    name: 'ssb-two-ports',
    says: 'plaintext and TLS on two ports, does not mind plaintext',
    plain: 'no-tls',
    implicit: true,
    promise: ({ plain, tls }) => [`${plain} ${tls} 0`],
  },
  {
    name: 'unpromised',
    says: 'plaintext and TLS in-band, and publishes nothing',
    plain: 'tls-possible',
    promise: () => [],
  },
];
