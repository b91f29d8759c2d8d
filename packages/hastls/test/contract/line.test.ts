import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from '#core/bytes/index.js';
import { type Profile, type ServerContext, startTls, verb } from '#core/talk/index.js';
import { client, feed, HELLO, heardBy, lineRows, ordinary, server } from './rows.js';

// Where a server draws its line, and what it does with what crosses it. [S6] [S7]

const trigger = (profile: Profile): string =>
  text(heardBy(profile, 'server').findLast((each) => each !== HELLO) ?? HELLO);
const greeted = (profile: Profile, as: Partial<ServerContext>) => server(profile, { ...as, greeted: true });
const demandIsGoAhead = (profile: Profile): boolean => heardBy(profile, 'server').at(-1) === HELLO;
/** A command's own word, behind the tag if there is one. */
const word = (profile: Profile, command: string): string =>
  verb(profile.name === 'imap' ? command.slice(command.indexOf(' ') + 1) : command);

for (const profile of lineRows) {
  test(`${profile.name}: a server that requires TLS answers no ordinary command, however often it is asked [S6] [A37]`, () => {
    for (const command of ordinary(profile)) {
      const machine = greeted(profile, { mode: 'require' });
      const answer = feed(machine, `${command}\r\n`);
      assert.notEqual(answer, '');
      assert.equal(machine.verdict, undefined);
      if (demandIsGoAhead(profile)) assert.equal(machine.waitsFor, 'hello');
      else assert.equal(feed(machine, `${command}\r\n`), answer);
    }
  });

  test(`${profile.name}: a client that gets a refusal for an answer does not start TLS`, () => {
    const heard = heardBy(profile, 'client');
    const refusals = ordinary(profile).map((each) => feed(greeted(profile, { mode: 'require' }), `${each}\r\n`));
    const again = feed(greeted(profile, { mode: 'require', secured: true }), trigger(profile));
    for (const refusal of demandIsGoAhead(profile) ? [again] : [...refusals, again]) {
      const machine = client(profile);
      feed(machine, ...heard.slice(0, -1), refusal.replace(/^(x1|x2) /, 'a2 '));
      assert.ok(['refused', 'absent'].includes(machine.verdict?.kind ?? ''), `${refusal}: ${machine.verdict?.kind}`);
    }
  });

  test(`${profile.name}: a server that prefers TLS hands ordinary commands over as they came, and still upgrades [A38]`, () => {
    for (const command of ordinary(profile)) {
      const machine = greeted(profile, { mode: 'prefer' });
      assert.equal(feed(machine, `${command}\r\nbehind it`), '');
      assert.deepEqual(machine.verdict, { kind: 'plaintext', heard: command });
      assert.equal(text(machine.leftover), 'behind it');
    }
    const machine = greeted(profile, { mode: 'prefer' });
    feed(machine, trigger(profile));
    if (demandIsGoAhead(profile)) machine.feed(HELLO);
    assert.deepEqual(machine.verdict, startTls);
  });

  test(`${profile.name}: a line drawn at one command lets the others pass [S7]`, () => {
    const [crossing = '', passing = ''] = ordinary(profile);
    const mode = [word(profile, crossing)];
    const machine = greeted(profile, { mode });
    feed(machine, `${passing}\r\n`);
    assert.deepEqual(machine.verdict, { kind: 'plaintext', heard: passing });
    const refusing = greeted(profile, { mode });
    assert.equal(
      feed(refusing, `${crossing}\r\n`),
      feed(greeted(profile, { mode: 'require' }), `${crossing}\r\n`),
      'the refusal is the one of a server that requires TLS for everything',
    );
    assert.equal(refusing.verdict, undefined);
  });

  test(`${profile.name}: a command that crosses the line with more behind it [S13]`, () => {
    const machine = greeted(profile, { mode: 'require' });
    machine.feed(Buffer.from(`${ordinary(profile)[0]}\r\n${ordinary(profile)[1]}\r\n`));
    if (demandIsGoAhead(profile)) {
      assert.deepEqual(machine.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
      assert.deepEqual(machine.output, [], 'is not even told so: what follows can be no ClientHello');
    } else assert.equal(machine.output.length, 2, 'is refused, and so is the rest');
  });

  test(`${profile.name}: under TLS a second upgrade is refused, and everything else is the application’s`, () => {
    const machine = greeted(profile, { mode: 'require', secured: true });
    const answer = feed(machine, trigger(profile));
    assert.notEqual(answer, '');
    assert.notEqual(answer, feed(greeted(profile, { mode: 'require' }), trigger(profile)));
    assert.equal(machine.verdict, undefined);
    const [command = ''] = ordinary(profile);
    feed(machine, `${command}\r\n`);
    assert.deepEqual(machine.verdict, { kind: 'plaintext', heard: command });
  });

  test(`${profile.name}: an upgrade with a parameter is none`, () => {
    const machine = greeted(profile, { mode: 'require' });
    feed(machine, trigger(profile).replace('\r\n', ' now\r\n'));
    assert.equal(machine.verdict, undefined);
    feed(machine, trigger(profile));
    if (demandIsGoAhead(profile)) machine.feed(HELLO);
    assert.deepEqual(machine.verdict, startTls);
  });

  test(`${profile.name}: commands are read in either case`, () => {
    const machine = greeted(profile, { mode: 'require' });
    feed(machine, trigger(profile).toLowerCase());
    if (demandIsGoAhead(profile)) machine.feed(HELLO);
    assert.deepEqual(machine.verdict, startTls);
  });
}
