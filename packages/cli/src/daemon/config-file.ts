import { readFileSync } from 'node:fs';
import { closest, distance } from 'fastest-levenshtein';
import { printable } from 'hastls/report';
import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import type { z } from 'zod';
import { UsageError } from '../failure.ts';

type Path = readonly PropertyKey[];

/**
 * Reads a TOML file by its schema. Every fault in it is told with file, line and the nearest right key, all at once, so
 * that nobody mends one to be told the next.
 * @throws UsageError
 */
export function readConfigFile<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  const program = parse(file, readText(file));
  const lines = linesOf(program);
  const useless = (faults: readonly { readonly line: number; readonly what: string }[]) =>
    new UsageError(
      `${file} is no configuration that can be used`,
      faults.map(({ line, what }) => `${file}:${line}: ${what}`),
    );
  // whoever reads the values would take it for what all objects have in common
  const common = [...lines].filter(([key]) => PROTOTYPE.test(key));
  if (common.length > 0) throw useless(common.map(([, line]) => ({ line, what: 'there is no key "__proto__"' })));
  const result = schema.safeParse(getStaticTOMLValue(program), { reportInput: true });
  if (result.success) return result.data;
  throw useless(
    result.error.issues
      .flatMap((issue) => faultsOf(issue, schema))
      .map(({ path, what }) => ({ line: lineOf(lines, path), what }))
      .sort((a, b) => a.line - b.line),
  );
}

const PROTOTYPE = /(^|\.)__proto__(\.|\[|$)/;

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parse(file: string, text: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new UsageError(`${file} is no TOML`, [`${file}:${error.lineNumber}:${error.column + 1}: ${error.message}`]);
  }
}

/** The line of each key that is set. */
function linesOf(program: AST.TOMLProgram): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const note = (path: Path, node: AST.TOMLNode) => lines.set(written(path), node.loc.start.line);
  const descend = (path: Path, value: AST.TOMLContentNode): void => {
    if (value.type === 'TOMLInlineTable') for (const each of value.body) pair(path, each);
    if (value.type === 'TOMLArray')
      for (const [index, each] of value.elements.entries()) {
        note([...path, index], each);
        descend([...path, index], each);
      }
  };
  const pair = (table: Path, { key, value }: AST.TOMLKeyValue): void => {
    const path = [...table, ...key.keys.map((each) => (each.type === 'TOMLBare' ? each.name : each.value))];
    note(path, key);
    descend(path, value);
  };
  for (const each of program.body[0].body) {
    if (each.type === 'TOMLKeyValue') pair([], each);
    else {
      note(each.resolvedKey, each);
      for (const inner of each.body) pair(each.resolvedKey, inner);
    }
  }
  return lines;
}

/** Where a key is, or else the table that should have it. */
function lineOf(lines: ReadonlyMap<string, number>, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(written(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

/** A path as people write it: `tunnel[0].listen`. */
const written = (path: Path): string =>
  path.reduce<string>(
    (before, each) =>
      typeof each === 'number' ? `${before}[${each}]` : before === '' ? String(each) : `${before}.${String(each)}`,
    '',
  );

interface Fault {
  readonly path: Path;
  readonly what: string;
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType): readonly Fault[] {
  if (issue.code !== 'unrecognized_keys')
    return [
      { path: issue.path, what: `${printable(written(issue.path)) || 'the file'}: ${printable(inWords(issue))}` },
    ];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    what: `there is no key "${printable(key)}" here${nearest(key, known)}`,
  }));
}

/** What zod says of itself, as a person would; what a schema says stays. */
function inWords(issue: z.core.$ZodIssue): string {
  if (!/^Invalid (input|option): /.test(issue.message)) return issue.message;
  if (issue.input === undefined) return 'it is missing';
  if (issue.code === 'invalid_type' && issue.expected === 'array' && typeof issue.input === 'object')
    return `write [[${written(issue.path)}]], as there may be many`;
  if (issue.code === 'invalid_type') return `${THINGS[issue.expected] ?? issue.expected} is wanted`;
  if (issue.code !== 'invalid_value') return issue.message;
  const words = issue.values.map(String);
  const near = typeof issue.input === 'string' ? nearest(issue.input, words) : '';
  return near.startsWith(': did')
    ? `there is no "${issue.input}"${near}`
    : `one of ${words.map((each) => `"${each}"`).join(', ')} is wanted`;
}

const THINGS: Readonly<Partial<Record<string, string>>> = {
  string: 'text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
};

function nearest(key: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const best = closest(key, known);
  return distance(key, best) <= Math.max(2, key.length / 3)
    ? `: did you mean "${best}"?`
    : `: there are ${known.join(', ')}`;
}

/** The keys that a schema knows at a path. */
function keysAt(schema: unknown, path: Path): readonly string[] {
  const bare = unwrapped(schema);
  if (path.length === 0) return Object.keys(bare.shape ?? {});
  const [first, ...rest] = path;
  return keysAt(typeof first === 'number' ? bare.element : bare.shape?.[String(first)], rest);
}

interface Inside {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly out?: unknown;
  readonly unwrap?: () => unknown;
}

/** Behind `optional()`, `default()`, `preprocess()` and their kin. */
function unwrapped(schema: unknown): Inside {
  let bare = schema as Inside; // as zod's schemas are made, and what is inside of one
  for (;;) {
    if (bare?.out !== undefined) bare = bare.out as Inside;
    else if (bare?.unwrap !== undefined && bare.element === undefined) bare = bare.unwrap() as Inside;
    else return bare ?? {};
  }
}
