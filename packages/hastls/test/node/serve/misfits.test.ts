import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftp, imap, ldap, mssql, mysql, smtp } from 'hastls/profiles';
import { type Fitting, misfits } from 'hastls/serve';
import { trigger97 } from 'hastls/talk';

const there = { host: '127.0.0.1', port: 1 };
const house = trigger97({
  name: 'house',
  service: 'house',
  ports: { plain: [7000], tls: [] },
  ok: 'OK',
  required: 'TLS',
  unknown: 'QUE?',
});

// biome-ignore format: a table
const ROWS: readonly (readonly [what: string, options: Partial<Fitting>, ...why: readonly RegExp[]])[] = [
  ['what fits', { profile: smtp, mode: 'prefer', backend: [{ ...there, tls: { how: 'in-band' }, introduce: 'dialogue' }] }],
  ['no protocol, and TLS from the first octet', {}],
  ['both forms of TLS where the client speaks first', { profile: ldap, mode: 'prefer', implicitToo: true }],
  ['no protocol, and an upgrade', { mode: 'require' }, /^mode: what has no protocol can have implicit TLS only: nobody knows its dialogue$/],
  ['a protocol that cannot be followed', { profile: mssql, mode: 'prefer', implicitToo: true }, /^mode: mssql can have implicit TLS only: the packet/],
  ['a protocol that is not in lockstep, and plaintext', { profile: house, mode: 'prefer' }, /^mode: with house TLS has to come before all else: /],
  ['both forms of TLS where the server greets', { profile: imap, mode: 'require', implicitToo: true }, /^implicitToo: imap cannot have both/],
  ['an upgrade on the way to a server whose greeting nobody can say', { profile: mysql, backend: [there, { ...there, tls: { how: 'in-band' } }] }, /^backend\[1\]: mysql cannot be upgraded on the way to it/],
  ['an introduction that there are no words for', { profile: imap, backend: [{ ...there, introduce: 'dialogue' }] }, /^backend\[0\]: imap has no words for who the client is/],
  ['data beside the dialogue by a path, and of those who are announced', { profile: ftp, backend: [{ path: '/ftp' }], announcedBy: ['::1'] }, /^backend\[0\]: ftp has data on ports beside it/, /^announcedBy: nobody announces/],
  ['ports for data where there are none', { profile: imap, dataPorts: { first: 1, last: 2 } }, /^dataPorts: imap has no data/],
];

for (const [what, options, ...why] of ROWS)
  test(`what a gateway's protocol has to fit: ${what}`, () => {
    const found = misfits({ mode: 'implicit', backend: [there], ...options });
    const said = found.map((each) => `${each.option}${each.at === undefined ? '' : `[${each.at}]`}: ${each.why}`);
    assert.equal(said.length, why.length, said.join('\n'));
    for (const [index, each] of why.entries()) assert.match(said[index] ?? '', each);
  });
