import Table from 'cli-table3';

/** One trial, told in words. */
export interface Row {
  readonly promised: string;
  /** `wire: strip`, `DNS: deny`, or nothing. */
  readonly attacked: string;
  readonly proven: string;
  readonly stance: string;
  readonly decided: string;
  readonly happened: string;
  /** Octets of what the user said that could be read on the way. */
  readonly overheard: number;
  readonly service: string;
}

/** What may differ between trials that are told in one row. */
const MERGED = ['service', 'attacked', 'stance'] as const;

const HEADS = ['promised', 'attacked how', 'proven', 'stance', 'decided', 'what happened', 'overheard', 'services'];
const WIDTHS = [24, 42, 15, 15, 25, 27, 11, 15];
const NO_LINES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }; // between rows

/** The trials as one table; a row stands for all trials that differ in service, attack or stance alone. */
export function demoTable(rows: readonly Row[]): string {
  const all = new Set(rows.map(({ service }) => service)).size;
  const style = { head: [], border: [] };
  const table = new Table({ head: HEADS, colWidths: WIDTHS, wordWrap: true, chars: NO_LINES, style });
  for (const row of MERGED.reduce(mergeBy, rows))
    table.push([
      row.promised,
      row.attacked.replace(/(DNS|wire): /g, (prefix, _, at) => (row.attacked.indexOf(prefix) === at ? prefix : '')),
      row.proven,
      row.stance,
      row.decided,
      row.happened,
      String(row.overheard),
      row.service.split(', ').length === all ? 'all' : row.service,
    ]);
  return table.toString();
}

/** Joins rows that are the same but for this column. */
function mergeBy(rows: readonly Row[], column: (typeof MERGED)[number]): readonly Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify({ ...row, [column]: '', overheard: row.overheard > 0 });
    const known = found.get(key);
    const both = (known: Row): Row => ({
      ...known,
      [column]: `${known[column]}, ${row[column]}`,
      overheard: known.overheard + row.overheard,
    });
    found.set(key, known === undefined ? row : both(known));
  }
  return [...found.values()];
}
