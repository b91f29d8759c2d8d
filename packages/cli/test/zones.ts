import { RCODE } from 'hastls/dns';
import {
  type Answerer,
  type Attack,
  against,
  answerServfail,
  attacked,
  createHierarchy,
  createZoneKey,
  type DnsServer,
  type DnsServerOptions,
  type Identity,
  response,
  spoilSignatures,
  startDnsServer,
  staySilent,
  stripDs,
  stripSignatures,
  truncate,
} from 'hastls/testing';

/** The DNS that the scripts ask: a server of zones of every kind, and the anchor to believe them by. */
export interface Zones {
  readonly server: DnsServer;
  readonly anchors: string;
  /** The same over TLS. */
  startTls(identity: Identity): Promise<DnsServer>;
  /** Servers of the same zones that are not as they should be, for the environment of scripts. */
  startSick(): Promise<{ readonly urls: Readonly<Record<string, string>>; close(): Promise<void> }>;
}

/** @param more records of the signed zone, example.test */
export async function startZones(more = ''): Promise<Zones> {
  const promise = 'mx A 127.0.0.1\n_smtp._tcp.mx HASTLS 25 25 1';
  const hierarchy = createHierarchy({
    at: Math.floor(Date.now() / 1000),
    zones: [
      { apex: '.' },
      { apex: 'test.' },
      {
        apex: 'example.test.',
        records: `${promise}\nwww CNAME mx\nnews A 127.0.0.1\nold A 127.0.0.1\n_imap._tcp.old HASTLS 143 0 0\n@ TXT "\\027[2J"\n${more}`,
      },
      { apex: 'unsigned.test.', keys: [], records: promise },
      { apex: 'forged.test.', records: promise },
      { apex: 'silent.test.', records: promise },
      { apex: 'sha1.test.', records: promise, keys: [createZoneKey({ algorithm: 5 })] },
      { apex: 'short.test.', records: promise, keys: [createZoneKey({ algorithm: 8, bits: 768 })] },
    ],
  });
  const within = (zone: string) =>
    against(({ name }) => name.endsWith(zone), zone === 'silent.test.' ? staySilent : spoilSignatures);
  const answer: Answerer = attacked(hierarchy.answer, within('forged.test.'), within('silent.test.'));
  return {
    server: await startDnsServer(answer),
    anchors: `${hierarchy.anchorLines.join('\n')}\n`,
    startTls: (identity) => startDnsServer(answer, { identity }),
    async startSick() {
      const servers = await Promise.all(
        Object.entries(SICK).map(async ([name, [attack, options]]) => {
          return [name, await startDnsServer(attacked(hierarchy.answer, attack), options)] as const;
        }),
      );
      return {
        urls: Object.fromEntries(servers.map(([name, { url }]) => [name, url])),
        async close() {
          await Promise.all(servers.map(([, server]) => server.close()));
        },
      };
    },
  };
}

const asItIs: Attack = (honest) => honest;
const validating: Attack = (honest) => (question) => {
  const message = honest(question);
  return message && { ...message, flags: { ...message.flags, authenticated: true } };
};
const withoutEdns: Attack = (honest) => (question) => {
  const { edns, ...message } = honest(question) ?? response(question, RCODE.SERVFAIL);
  return message;
};

const SICK: Readonly<Record<string, readonly [Attack, DnsServerOptions?]>> = {
  VALIDATING: [validating],
  STRIPPING: [stripSignatures],
  WITHOUT_DS: [stripDs],
  WITHOUT_EDNS: [withoutEdns],
  WITHOUT_TCP: [asItIs, { tcp: false }],
  TRUNCATING: [truncate, { tcp: false }],
  FAILING: [answerServfail],
  MUTE: [staySilent, { tcp: false }],
};
