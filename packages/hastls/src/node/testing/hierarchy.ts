import { writer } from '../../core/bytes/index.ts';
import {
  child,
  isWithin,
  labelCount,
  type Message,
  parseName,
  type Question,
  RCODE,
  type ResourceRecord,
  recordToText,
  sameName,
  TYPE,
  writeName,
} from '../../core/dns/index.ts';
import type { Anchor } from '../../core/dnssec/index.ts';
import { entryKeys } from './signer.ts';
import { createZone, NOT_SERVED, type Zone, type ZoneOptions, zoneRecord } from './zone.ts';
import { dsRdata } from './zone-key.ts';

/** What zones there are, and when. */
export interface HierarchyOptions {
  /** In any order. A zone that lies below another one is delegated to by it. */
  readonly zones: readonly ZoneOptions[];
  /** Seconds since 1970. */
  readonly at: number;
}

/** What answers DNS questions. `undefined` is silence. */
export type Answerer = (question: Question) => Message | undefined;

/** Zones that answer together, as one recursive server does that leaves validation to its client. */
export interface Hierarchy {
  answer(question: Question): Message;
  /** DS records of the topmost signed zones, for whoever is to believe them. */
  readonly anchors: readonly Anchor[];
  /** The same as lines of a master file. */
  readonly anchorLines: readonly string[];
}

/** Plants zones below each other, delegated and signed. */
export function createHierarchy({ zones: options, at }: HierarchyOptions): Hierarchy {
  const { zones, tops } = plant(options, at);

  /** The zone that speaks for a question: the one above its apex, when a DS is asked for. [RFC4035 §3.1.4.1] */
  function zoneFor({ name, type }: Question): Zone | undefined {
    const [deepest, above] = zones.filter(({ apex }) => isWithin(name, apex));
    const atApex = deepest !== undefined && sameName(deepest.apex, name);
    return type === TYPE.DS && atApex ? (above ?? deepest) : deepest;
  }

  const anchors = tops.flatMap((top) => dsRecords(top).map((record) => ({ zone: top.apex, record })));
  return {
    anchors,
    anchorLines: anchors.map(({ record }) => recordToText(record)),
    answer(question) {
      const answers: ResourceRecord[] = [];
      const authorities: ResourceRecord[] = [];
      let asked = question;
      for (let link = 0; link < MAX_LINKS; link++) {
        const found = zoneFor(asked)?.find(asked) ?? NOT_SERVED;
        answers.push(...found.answers);
        authorities.push(...found.authorities);
        if (found.alias === undefined) return response(question, found.rcode, answers, authorities);
        asked = { ...asked, name: found.alias };
      }
      return response(question, RCODE.SERVFAIL);
    },
  };
}

/** An answer as our own resolver asks for it: recursive, with DNSSEC records. */
export const response = (
  question: Question,
  rcode: number,
  answers: readonly ResourceRecord[] = [],
  authorities: readonly ResourceRecord[] = [],
): Message => ({
  id: 0,
  flags: {
    response: true,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: true,
    authenticated: false,
    checkingDisabled: true,
  },
  opcode: 0,
  rcode,
  questions: [question],
  answers,
  authorities,
  additionals: [],
  edns: { udpSize: 1232, dnssecOk: true, version: 0, options: [] },
});

const MAX_LINKS = 20;

/** Makes the zones, deepest first, as what a zone says of those below it depends on their keys. */
function plant(options: readonly ZoneOptions[], at: number): { zones: readonly Zone[]; tops: readonly Zone[] } {
  const depth = ({ apex }: ZoneOptions) => labelCount(parseName(apex));
  const zones: Zone[] = [];
  let tops: readonly Zone[] = [];
  for (const each of [...options].sort((a, b) => depth(b) - depth(a))) {
    const apex = parseName(each.apex);
    const isBelow = (zone: Zone) => isWithin(zone.apex, apex);
    const zone = createZone(each, { at, delegations: tops.filter(isBelow).flatMap(delegation) });
    tops = [...tops.filter((top) => !isBelow(top)), zone];
    zones.push(zone);
  }
  return { zones, tops };
}

function delegation(zone: Zone): readonly ResourceRecord[] {
  const server = writer();
  writeName(server, child('ns', zone.apex));
  return [zoneRecord(zone.apex, TYPE.NS, server.finish()), ...dsRecords(zone)];
}

const dsRecords = ({ apex, keys, ds }: Zone): readonly ResourceRecord[] =>
  entryKeys(keys).flatMap((key) => ds.map((digest) => zoneRecord(apex, TYPE.DS, dsRdata(apex, key, digest))));
