import { equalBytes, fromHex } from '../bytes/index.ts';
import type { Framer } from './conversation.ts';
import { firstWord } from './lines.ts';
import type { Profile } from './profile.ts';
import { trigger97 } from './trigger97.ts';
import { frameTrigger97 } from './trigger97-frames.ts';

/** What is wrong with a description, and with which key of it. */
export interface Fault {
  readonly key: string;
  readonly why: string;
}

/**
 * Makes a profile of plain data, as it stands in a file: a protocol of lines, or of frames, with the trigger of 1997. All
 * that is wrong with it is told at once.
 *
 * - `name`: what a URL's scheme calls it; `service`: the label of its owner name, if that is another.
 * - `ports`: `plain` and, for implicit TLS, `tls`: lists, the default first. `alpn`: ids registered for it.
 * - `greeting`, `ok`, `required`, `unknown`: what a server says on connect (if anything), to go ahead, to demand TLS, and to
 *   what it does not know. Lines are told apart by their first words; frames, in hex, as a whole.
 * - `frame`: `head` octets, and behind them as many as the number says that is in the head `at` this offset, `width` octets
 *   wide; without `width` the head is all. Only with it: `trigger`, what a client says for TLS, in hex.
 * - `lockstep`: each command draws one answer, and none comes unasked. Only then a gateway can follow; else it has TLS before
 *   all else. Default: false.
 *
 * @param taken names that mean something already: a file may not give them another meaning
 */
export function readProtocol(
  data: unknown,
  taken: readonly string[] = [],
): { readonly ok: true; readonly value: Profile } | { readonly ok: false; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const table = tableOf(data);
  if (table === undefined) return { ok: false, faults: [{ key: '', why: 'a table of keys is wanted' }] };
  const given = table;

  /** Reads a key that its reader does not know what to make of as a fault. */
  function read<T>(key: string, reads: (value: unknown) => T | undefined, wanted: string): T | undefined {
    if (!Object.hasOwn(given, key)) return undefined;
    const value = reads(given[key]);
    if (value === undefined) faults.push({ key, why: `${wanted} is wanted` });
    return value;
  }
  function need<T>(key: string, reads: (value: unknown) => T | undefined, wanted: string): T | undefined {
    if (!Object.hasOwn(given, key)) faults.push({ key, why: `it is missing: ${wanted} is wanted` });
    return read(key, reads, wanted);
  }

  for (const key of Object.keys(given))
    if (!KEYS.includes(key)) faults.push({ key, why: `there is no such key: there are ${KEYS.join(', ')}` });
  const name = need('name', label, LABEL);
  const service = read('service', label, LABEL) ?? name;
  const ports = need('ports', portsOf, 'a table of plain and, if there are any, tls, lists of ports from 1 to 65535,');
  const alpn = read('alpn', idsOf, 'a list of at most 8 short ids');
  const lockstep = read('lockstep', flag, 'true or false');
  const frame = read('frame', framerOf, FRAME);
  const isFramed = Object.hasOwn(given, 'frame');
  const [word, wanted] = isFramed ? [octetsOf, OCTETS] : [lineOf, LINE];
  const greeting = read<string | Uint8Array>('greeting', word, wanted);
  const [ok, required, unknown] = ['ok', 'required', 'unknown'].map((key) =>
    need<string | Uint8Array>(key, word, wanted),
  );
  const trigger = isFramed ? need('trigger', octetsOf, OCTETS) : undefined;
  if (!isFramed && Object.hasOwn(given, 'trigger'))
    faults.push({ key: 'trigger', why: 'in a protocol of lines it is TLS: frame is missing, or this key is too much' });
  if (name !== undefined && taken.includes(name))
    faults.push({ key: 'name', why: `${name} is a protocol that is known` });
  if (faults.length > 0) return { ok: false, faults };

  const words = { greeting, trigger, ok, required, unknown };
  faults.push(...(isFramed ? frameFaults(frame, words) : lineFaults(words)));
  if (faults.length > 0) return { ok: false, faults };
  // as: what is needed is there, and has its form, or else there were faults
  const all = {
    name,
    service,
    ports,
    lockstep,
    ...(greeting !== undefined && { greetings: [greeting] }),
    ...words,
    frame,
  };
  const profile = isFramed
    ? frameTrigger97(all as unknown as Parameters<typeof frameTrigger97>[0])
    : trigger97(all as unknown as Parameters<typeof trigger97>[0]);
  return { ok: true, value: { ...profile, ...(alpn !== undefined && { alpn }) } };
}

const KEYS = [
  'name',
  'service',
  'ports',
  'alpn',
  'frame',
  'greeting',
  'trigger',
  'ok',
  'required',
  'unknown',
  'lockstep',
];
const LABEL = 'a name of at most 15 letters, digits and hyphens, in lower case,'; // [RFC6335 §5.1]
const LINE = 'one line of at most 512 characters of ASCII';
const OCTETS = 'at most 1024 octets in hex';
const FRAME = 'a table of head, from 1 to 64, and with at and width, from 1 to 4, of a number within the head,';

type Words = Readonly<Record<string, string | Uint8Array | undefined>>;

/** The answers of a line protocol are told apart by their first words. */
const lineFaults = ({ greeting, ok, required, unknown }: Words): readonly Fault[] => [
  ...doubles([ok, required, unknown].map((each) => firstWord(String(each)))),
  ...(greeting !== undefined && firstWord(String(greeting)) === firstWord(String(unknown))
    ? [{ key: 'greeting', why: 'it begins with the same word as unknown does' }]
    : []),
];

const doubles = (words: readonly string[]): readonly Fault[] =>
  words.length === new Set(words).size
    ? []
    : [{ key: 'ok', why: 'ok, required and unknown need three different first words' }];

/** Each word of a frame protocol is one whole frame, and none is a ClientHello or another word of the same side. */
function frameFaults(frame: Framer | undefined, words: Words): readonly Fault[] {
  const given = Object.entries(words).filter((each): each is [string, Uint8Array] => each[1] instanceof Uint8Array);
  return given.flatMap(([key, octets], index) => {
    if (frame?.(octets) !== octets.length) return [{ key, why: 'it is not exactly one frame' }];
    if (octets[0] === 0x16) return [{ key, why: 'it begins with 16, as a ClientHello does' }]; // [V14]
    const same = given.slice(0, index).find(([other, theirs]) => other !== 'trigger' && equalBytes(theirs, octets));
    return same === undefined || key === 'trigger' ? [] : [{ key, why: `it is the same as ${same[0]}` }];
  });
}

const tableOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>) // as: it is an object, and its keys are looked at one by one
    : undefined;

const label = (value: unknown): string | undefined =>
  typeof value === 'string' && /^(?=.{1,15}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value) ? value : undefined;

const lineOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[!-~][ -~]{0,511}$/.test(value) ? value : undefined;

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

const octetsOf = (value: unknown): Uint8Array | undefined => {
  const hex = typeof value === 'string' && value.length <= 4096 ? value.replaceAll(' ', '') : '';
  return /^([0-9a-f]{2}){1,1024}$/i.test(hex) ? fromHex(hex) : undefined;
};

const whole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most; // as: it is a number by then

const listOf = <T>(value: unknown, most: number, is: (each: unknown) => each is T): readonly T[] | undefined =>
  Array.isArray(value) && value.length <= most && value.every(is) ? value : undefined;

function portsOf(value: unknown): Profile['ports'] | undefined {
  const { plain = [], tls = [], ...more } = tableOf(value) ?? {};
  const isPort = (each: unknown): each is number => whole(each, 1, 65_535);
  const [inBand, implicit] = [listOf(plain, 8, isPort), listOf(tls, 8, isPort)];
  if (inBand === undefined || implicit === undefined || Object.keys(more).length > 0) return undefined;
  return inBand.length > 0 ? { plain: inBand, tls: implicit } : undefined; // where an upgrade begins
}

const idsOf = (value: unknown): readonly string[] | undefined =>
  listOf(value, 8, (each): each is string => typeof each === 'string' && /^[!-~]{1,255}$/.test(each));

function framerOf(value: unknown): Framer | undefined {
  const { head, at = 0, width = 0, ...more } = tableOf(value) ?? {};
  if (!whole(head, 1, 64) || !whole(width, 0, 4) || !whole(at, 0, head - width)) return undefined;
  if (Object.keys(more).length > 0) return undefined;
  return (buffer) =>
    buffer.length < head ? 0 : buffer.subarray(at, at + width).reduce((sum, each) => sum * 256 + each, 0) + head;
}
