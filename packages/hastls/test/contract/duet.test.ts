import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { text } from '#core/bytes/index.js';
import { duet } from '#core/talk/duet.js';
import { startTls } from '#core/talk/index.js';
import { client, feed, HELLO, heardBy, octets, rows, server } from './rows.js';

const { UPDATE_TRANSCRIPTS } = process.env;
// Run with UPDATE_TRANSCRIPTS=1 to write the golden files anew; then read what changed.
const golden = (name: string): URL => new URL(`../../test/contract/transcripts/${name}.txt`, import.meta.url);

for (const profile of rows) {
  test(`${profile.name}: our client and our server agree to start TLS, in the words of the golden file`, () => {
    const [ours, theirs] = [client(profile), server(profile)];
    const heard = `${duet(ours, theirs).join('\n')}\n`;
    if (theirs.waitsFor === 'hello') theirs.feed(HELLO);
    assert.deepEqual([ours.verdict, theirs.verdict], [startTls, startTls]);
    if (UPDATE_TRANSCRIPTS === '1') writeFileSync(golden(profile.name), heard);
    assert.equal(heard, readFileSync(golden(profile.name), 'utf8'));
  });

  test(`${profile.name}: octet by octet they say the same`, () => {
    const [ours, theirs] = [client(profile), server(profile)];
    const heard = duet(ours, theirs, octets);
    if (theirs.waitsFor === 'hello') feed(theirs, ...octets(HELLO));
    assert.deepEqual([ours.verdict, theirs.verdict], [startTls, startTls]);
    assert.deepEqual(heard, duet(client(profile), server(profile)));
  });

  test(`${profile.name}: a client shows no name but the neutral one before TLS`, () => {
    const theirs = heardBy(profile, 'server').map(text).join('');
    // Some servers must be told which of their hosts is meant.
    const known = ['client.invalid', "to='host.example'", 'Host: host.example'];
    const said = known.reduce((rest, each) => rest.replace(each, ''), theirs);
    assert.doesNotMatch(said, /example|invalid|host|from=/);
  });
}
