import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoTable, type Row } from '../../dist/lab/demo-table.js';

const row: Row = {
  promised: 'ssb',
  attacked: 'wire: strip',
  proven: 'secure',
  stance: 'cfb',
  decided: 'upgrade, then plaintext',
  happened: 'plaintext',
  overheard: 10,
  service: 'imap',
};
const cells = (rows: readonly Row[]): readonly (readonly string[])[] =>
  demoTable(rows)
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );

test('trials that differ in service, attack or stance alone are one row, and what was overheard adds up', () => {
  const table = cells([
    row,
    { ...row, service: 'pop3' },
    { ...row, attacked: 'wire: refuse' },
    { ...row, attacked: 'wire: refuse', service: 'pop3' },
    { ...row, attacked: 'not', overheard: 0, happened: 'TLS in-band' },
  ]);
  assert.deepEqual(table.slice(1), [
    ['ssb', 'wire: strip, refuse', 'secure', 'cfb', 'upgrade, then plaintext', 'plaintext', '40', 'all'],
    ['ssb', 'not', 'secure', 'cfb', 'upgrade, then plaintext', 'TLS in-band', '0', 'imap'],
  ]);
});

test('a row with something overheard never hides behind one without', () => {
  assert.equal(cells([row, { ...row, stance: 'cio', overheard: 0 }]).length, 3);
});
