import Table from 'cli-table3';

/** One trial, told in words. */
export interface Row {
  readonly promised: string;
  readonly attacked: string;
  readonly proven: string;
  readonly stance: string;
  readonly decided: string;
  readonly happened: string;
  /** What of the user's words could be read on the way. */
  readonly overheard: string;
  readonly service: string;
}

const HEADS: Readonly<Record<keyof Row, string>> = {
  promised: 'promised',
  attacked: 'attacked how',
  proven: 'proven',
  stance: 'stance',
  decided: 'decided',
  happened: 'what happened',
  overheard: "user's octets in clear",
  service: 'services',
};
const COLUMNS = Object.keys(HEADS) as (keyof Row)[]; // the keys that stand above

/** The trials as one table, in which rows that differ in their service or attack alone are one row. */
export function demoTable(rows: readonly Row[]): string {
  const all = new Set(rows.map(({ service }) => service)).size;
  const merged = mergeBy('attacked', mergeBy('service', rows)).map((row) => ({
    ...row,
    service: row.service.split(', ').length === all ? 'all' : row.service,
  }));
  const table = new Table({
    head: COLUMNS.map((column) => HEADS[column]),
    style: { head: [], border: [], compact: true },
  });
  for (const row of merged) table.push(COLUMNS.map((column) => row[column]));
  return table.toString();
}

/** Joins rows that are the same in all columns but this one. */
function mergeBy(column: keyof Row, rows: readonly Row[]): readonly Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify({ ...row, [column]: '' });
    const known = found.get(key);
    found.set(key, known === undefined ? row : { ...known, [column]: `${known[column]}, ${row[column]}` });
  }
  return [...found.values()];
}
