import {
  type Answerer,
  against,
  attacked,
  createHierarchy,
  createZoneKey,
  type DnsServer,
  spoilSignatures,
  startDnsServer,
  staySilent,
} from 'hastls/testing';

/** The DNS that the scripts ask: a server of zones of every kind, and the anchor to believe them by. */
export interface Zones {
  readonly server: DnsServer;
  readonly anchors: string;
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
  return { server: await startDnsServer(answer), anchors: `${hierarchy.anchorLines.join('\n')}\n` };
}
