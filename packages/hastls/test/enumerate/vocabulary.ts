import type { Profile } from '#core/talk/index.js';
import type { CheckOptions } from '#node/testing/index.js';
import { ordinary } from '../contract/rows.js';

const lines = (...all: readonly string[]): string => all.map((each) => `${each}\r\n`).join('');
const MAIL = ['250 host.example', '250-host.example\r\n250 AUTH PLAIN', '220 Ready\r\n250 AUTH PLAIN', '354 Go on'];
const stream = (content: string): readonly string[] => [
  `<?xml version='1.0'?><stream:stream xmlns='${content}' xmlns:stream='http://etherx.jabber.org/streams' id='0' version='1.0'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></stream:features>`,
  "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGpvZQBzZWNyZXQ=</auth>",
];

/** What there is to be said in a protocol that neither of its two sides here ever says, and what else a client may say. */
const MORE: Readonly<Record<string, { readonly words?: readonly string[]; readonly alsoSays?: readonly RegExp[] }>> = {
  smtp: { words: MAIL.map((each) => lines(each)) },
  submission: { words: MAIL.map((each) => lines(each)) },
  lmtp: { words: MAIL.map((each) => lines(each)) },
  imap: {
    words: [
      lines('* PREAUTH [CAPABILITY IMAP4rev1] joe'),
      lines('* CAPABILITY IMAP4rev1 AUTH=PLAIN', 'a1 OK Done'),
      lines('a2 OK Begin', '* CAPABILITY IMAP4rev1 AUTH=PLAIN', 'b OK Done'),
      lines('a2 NO [REFERRAL IMAP://elsewhere.example/] Go there'),
      lines('* OK [ALERT] Read this'),
      lines('* 54321 EXISTS'),
      lines('+ Go on'),
    ],
  },
  pop3: { words: [lines('+OK', 'USER', '.'), lines('+OK Begin', '+OK'), lines('+ ')] },
  nntp: {
    words: [lines('101 List', 'VERSION 2', 'MODE-READER', '.'), lines('101 List', 'VERSION 2', '.'), lines('281 Joe')],
    alsoSays: [/^MODE READER\r\n$/],
  },
  sieve: { words: [lines('"SIEVE" ""', '"SASL" "PLAIN"', 'OK'), lines('OK', '"SASL" "PLAIN"', 'OK')] },
  ftp: {
    words: [lines('211 Nothing'), lines('211-Features', ' MDTM', '211 End'), lines('334 More'), lines('232 Joe')],
  },
  irc: { words: [lines(':host.example NOTICE * :Wait'), lines(':host.example 001 joe :Hello'), lines('ERROR :Bye')] },
  'xmpp-client': { words: stream('jabber:client') },
  'xmpp-server': { words: stream('jabber:server') },
  vnc: {
    words: [
      '\x01\x01', // no security at all
      '\x02\x02\x10', // other kinds
      '\x00\x02\x00\x00\x01\x00\x00\x00\x01\x01', // a password in clear, and TLS without certificates
      '\x00\x01\x00\x00\x01\x05',
    ],
    alsoSays: [/^\0\0\x01[\x05\x06\x08]$/], // other kinds with certificates, where a server has no first one
  },
  amqp: { words: ['AMQP\x00\x01\x00\x00', 'AMQP\x03\x01\x00\x00', 'AMQP\x00\x00\x09\x01'] },
  telnet: { words: ['\xff\xfe\x2e', '\xff\xfc\x2e', '\xff\xfd\x18', '\xff\xfb\x01', lines('login: ')] },
  rdp: {
    words: [
      '\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00',
      '\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x03\x00\x08\x00\x02\x00\x00\x00',
    ],
  },
  'http-upgrade': {
    words: [
      lines('HTTP/1.1 200 OK', 'Content-Length: 0', ''),
      lines('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ''),
      lines('GET / HTTP/1.1', 'Host: host.example', 'Authorization: Basic am9lOnNlY3JldA==', ''),
    ],
  },
  ldap: {
    words: [
      '\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00', // a protocol error
      '\x30\x14\x02\x01\x02\x60\x0f\x02\x01\x03\x04\x02cn\x80\x06secret', // a simple bind
    ],
  },
  nats: { words: [lines('INFO {}'), lines('CONNECT {"user":"joe","pass":"secret"}'), lines('PING')] },
  postgresql: { words: ['\x00\x00\x00\x12\x00\x03\x00\x00user\x00joe\x00\x00', 'Q\x00\x00\x00\x0dSELECT 1\x00'] },
};

/** How to check a profile of ours. */
export function vocabularyOf(profile: Profile): Pick<CheckOptions, 'words' | 'alsoSays'> {
  const { words = [], ...others } = MORE[profile.name] ?? {};
  return { words: [...words, ...ordinary(profile).map((each) => lines(each))], ...others };
}
