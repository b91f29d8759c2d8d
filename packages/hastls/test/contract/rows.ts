import { offByDefault, profiles } from '#core/profiles/index.js';
import { type Profile, trigger97 } from '#core/talk/index.js';

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
  }),
];

/** Every profile there is. A new one is tested by being in the list. */
export const rows: readonly Profile[] = [...profiles, ...offByDefault.map(({ profile }) => profile), ...houses];

/** Those whose server reads commands line by line, and refuses one without ending the connection. */
export const lineRows: readonly Profile[] = rows.filter(
  ({ name }) =>
    ![
      ...['ldap', 'xmpp-client', 'xmpp-server', 'postgresql', 'mysql', 'nats', 'nbd'],
      ...['amqp', 'vnc', 'rdp', 'telnet', 'mssql', 'http-upgrade'],
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
