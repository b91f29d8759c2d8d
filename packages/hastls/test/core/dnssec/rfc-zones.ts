import {
  type Message,
  type Name,
  parseName,
  RCODE,
  type ResourceRecord,
  ROOT,
  signatureLabels,
} from '#core/dns/index.js';
import type { Anchor } from '#core/dnssec/index.js';
import { type Answerer, readRecords, response } from '#node/testing/index.js';
import { question } from './driver.js';

/** An RRset as an RFC prints it: owner and type, each record's data, the signature, and whose it is if another's. */
export type Printed = readonly [owner: string, type: string, data: readonly string[], signature: string, by?: number];

/** What all signatures of an example zone have in common. */
export interface Signing {
  readonly algorithm: number;
  /** Expiration and inception as printed. */
  readonly time: string;
  readonly keyTag: number;
}

/** The records of `OWNER TYPE`, with their signature. */
export type Book = (about: string) => readonly ResourceRecord[];

/** Reads what was printed; a name after `as` becomes the owner, as when a wildcard is expanded. */
export function bookOf(zone: readonly Printed[], { algorithm, time, keyTag }: Signing): Book {
  const records = new Map<string, readonly ResourceRecord[]>(
    zone.map(([owner, type, data, signature, by = keyTag]) => {
      const labels = signatureLabels(parseName(owner));
      const rrsig = `RRSIG ${type} ${algorithm} ${labels} 3600 ${time} ${by} example. ${signature}`;
      const lines = [...data.map((each) => `${type} ${each}`), rrsig].map((each) => `${owner} 3600 IN ${each}`);
      return [`${owner} ${type}`, readRecords(lines.join('\n'), ROOT)];
    }),
  );
  return (about) => {
    const [printed = '', name] = about.split(' as ');
    const found = records.get(printed);
    if (found === undefined) throw new RangeError(`no ${printed} in the example zone`);
    return name === undefined ? found : renamed(found, parseName(name));
  };
}

const renamed = (records: readonly ResourceRecord[], name: Name) => records.map((each) => ({ ...each, name }));

/** A response of the appendix: what is asked · rcode · answers · authorities, all from the zone. */
export type Printout = readonly [
  asked: string,
  rcode: 'NOERROR' | 'NXDOMAIN',
  answers: readonly string[],
  authorities: readonly string[],
];

/** A server that knows these responses, and whatever else it is told, and nothing besides. */
export function serverOf(book: Book, responses: readonly Printout[], unsigned: readonly string[] = []): Answerer {
  const messages = new Map<string, Message>();
  for (const [asked, rcode, answers, authorities] of responses)
    messages.set(asked, response(question(asked), RCODE[rcode], answers.flatMap(book), authorities.flatMap(book)));
  for (const line of unsigned) {
    const [owner = '', type = ''] = line.split(' ');
    messages.set(`${owner} ${type}`, response(question(`${owner} ${type}`), RCODE.NOERROR, readRecords(line, ROOT)));
  }
  const byQuestion = [...messages.values()];
  return (asked) =>
    byQuestion.find(({ questions: [known] }) => known?.type === asked.type && known.name === asked.name) ??
    response(asked, RCODE.SERVFAIL);
}

/** The records of the type, as anchors. */
export const anchorsOf = (records: readonly ResourceRecord[]): readonly Anchor[] =>
  records.map((record) => ({ zone: record.name, record }));
