import assert from 'node:assert/strict';
import { offByDefault, profiles } from '#core/profiles/index.js';
import { type Profile, readProtocol, trigger97 } from '#core/talk/index.js';

export { chance, client, feed, HELLO, heardBy, hold, octets, SIDES, type Side, server } from '#node/testing/holding.js';

/** House protocols that the maker of 1997 triggers must be good for: who greets, and with which words, is theirs. */
const houses: readonly Profile[] = [
  trigger97({
    name: 'house-silent',
    service: 'house',
    ports: { plain: [7000], tls: [] },
    ok: 'OK',
    required: 'TLS? first',
    unknown: 'QUE?',
  }),
  trigger97({
    name: 'house-greeting',
    service: 'house',
    ports: { plain: [7001], tls: [] },
    greetings: ['+HELLO friend', '+BUSY wait'],
    ok: '+YES do',
    required: '-TLS needed',
    unknown: '-ERR what?',
    keepDialogue: true,
    lockstep: true,
  }),
  fromData({
    name: 'house-frames',
    service: 'house',
    ports: { plain: [7002] },
    frame: { head: 4, at: 2, width: 2 },
    greeting: '48 00 0002 6869',
    trigger: '54 00 0000',
    ok: '4f 00 0000',
    required: '52 00 0000',
    unknown: '3f 00 0000',
    lockstep: true,
  }),
  fromData({
    name: 'house-octets',
    service: 'house',
    ports: { plain: [7003], tls: [7993] },
    alpn: ['house'],
    frame: { head: 2 },
    trigger: '54 4c',
    ok: '4f 4b',
    required: '52 51',
    unknown: '3f 3f',
  }),
];

/** A profile of plain data, as a file would have it. */
function fromData(data: object): Profile {
  const read = readProtocol(data);
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

/** Every profile there is. A new one is tested by being in the list. */
export const rows: readonly Profile[] = [...profiles, ...offByDefault.map(({ profile }) => profile), ...houses];

/** Those whose server reads commands line by line, and refuses one without ending the connection. */
export const lineRows: readonly Profile[] = rows.filter(
  ({ name }) =>
    ![
      ...['ldap', 'xmpp-client', 'xmpp-server', 'postgresql', 'mysql', 'nats', 'nbd'],
      ...['amqp', 'vnc', 'rdp', 'telnet', 'mssql', 'http-upgrade'],
      ...['house-frames', 'house-octets'],
    ].includes(name),
);

/** Commands that are no business of the upgrade, in each protocol's manner. */
export const ordinary = (profile: Profile): readonly string[] => ORDINARY[profile.name] ?? OTHERS;

const OTHERS = ['AUTH PLAIN AGpvZQBzZWNyZXQ=', 'GROUP misc.test'];
const ORDINARY: Readonly<Record<string, readonly string[]>> = {
  imap: ['x1 LOGIN joe secret', 'x2 SELECT INBOX'],
  ftp: ['USER joe', 'RETR secret'],
  sieve: ['AUTHENTICATE "PLAIN" "AGpvZQBzZWNyZXQ="', 'LISTSCRIPTS'],
  irc: ['NICK joe', 'JOIN #test'],
};
