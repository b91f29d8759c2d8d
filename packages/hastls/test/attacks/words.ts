/** What somebody on the way can make of each protocol's words. Octets are characters. */
export interface Words {
  /** The offer of the upgrade, and what stands there once it is hidden. None: nobody offers it, it is asked for. */
  readonly offer?: readonly [offer: RegExp, hidden: string];
  /** A refusal, in place of the answer. None: there is no answer. */
  readonly refusal?: (answer: string) => string;
  /** The answer of one who never heard of an upgrade, if that is another one. */
  readonly unknown?: (answer: string) => string;
  /** State and news of the user's that nobody may believe, before the answer. */
  readonly news?: string;
  /** Somewhere else to go, in place of the answer, or in the greeting. */
  readonly referral?: { readonly answer?: (answer: string) => string; readonly greeting?: (said: string) => string };
  /** Who the client is, before it has said so. */
  readonly preauth?: string;
  /** Behind the answer, to be taken for words over TLS. */
  readonly injection: string;
}

const MAIL: Words = {
  offer: [/STARTTLS/, 'XSTARTTX'],
  refusal: () => '454 4.7.0 not now\r\n',
  unknown: () => '502 5.5.1 unknown\r\n',
  news: '250 2.0.0 queued\r\n',
  injection: '250-host\r\n250 AUTH LOGIN\r\n',
};
const XMPP: Words = {
  offer: [/<starttls.*<\/starttls>/, ''],
  refusal: () => "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
  news: "<message xmlns='jabber:client'><body>hello</body></message>",
  referral: {
    answer: () =>
      "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>elsewhere.example</see-other-host></stream:error>",
  },
  injection: "<message xmlns='jabber:client'><body>hello</body></message>",
};
const hex = (octets: string): string => Buffer.from(octets, 'hex').toString('latin1');

/** By the profile's name. */
export const words: Readonly<Record<string, Words>> = {
  smtp: MAIL,
  submission: MAIL,
  lmtp: MAIL,
  imap: {
    offer: [/STARTTLS/, 'XSTARTTX'],
    refusal: (answer) => answer.replace(/ OK.*/, ' NO not now'),
    unknown: (answer) => answer.replace(/ OK.*/, ' BAD unknown'),
    news: '* 54321 EXISTS\r\n',
    referral: { answer: (answer) => answer.replace(/ OK.*/, ' NO [REFERRAL imap://elsewhere.example/] go there') },
    preauth: '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome back\r\n',
    injection: '* CAPABILITY IMAP4rev1 AUTH=LOGIN\r\nb OK\r\n',
  },
  pop3: {
    offer: [/STLS/, 'XTLS'],
    refusal: () => '-ERR not now\r\n',
    news: '+OK 5 messages\r\n',
    injection: '+OK\r\nUSER\r\n.\r\n',
  },
  sieve: {
    offer: [/"STARTTLS"/, '"XSTARTTX"'],
    refusal: () => 'NO "not now"\r\n',
    news: '"SASL" "PLAIN"\r\n',
    referral: { answer: () => 'BYE (REFERRAL "sieve://elsewhere.example") "go there"\r\n' },
    injection: '"SASL" "PLAIN"\r\nOK\r\n',
  },
  nntp: {
    offer: [/STARTTLS/, 'XSTARTTX'],
    refusal: () => '580 not now\r\n',
    unknown: () => '500 unknown\r\n',
    news: '281 welcome back\r\n',
    injection: '101 list\r\nAUTHINFO USER\r\n.\r\n',
  },
  'nntp-1997': {
    refusal: () => '400 not now\r\n',
    unknown: () => '500 what?\r\n',
    news: '281 welcome back\r\n',
    injection: '200 ready\r\n',
  },
  ldap: {
    refusal: () => hex('300c02010178070a013404000400'),
    unknown: () => hex('300c02010178070a010204000400'),
    news: hex('300c02010164070402636e30010000'),
    referral: {
      answer: () => hex('302902010178240a010a04000400a31b04196c6461703a2f2f656c736577686572652e6578616d706c652f'),
    },
    injection: hex('300c02010161070a010004000400'),
  },
  'xmpp-client': XMPP,
  'xmpp-server': XMPP,
  irc: {
    refusal: () => ':host.example 691 * :not now\r\n',
    unknown: () => ':host.example 421 * STARTTLS :unknown\r\n',
    news: ':host.example 001 joe :welcome back\r\n',
    referral: { answer: () => ':host.example 010 * elsewhere.example 6667 :go there\r\n' },
    injection: ':host.example 001 joe :welcome back\r\n',
  },
  ftp: {
    offer: [/AUTH TLS/, 'XUTH TLX'],
    refusal: () => '431 not now\r\n',
    unknown: () => '502 unknown\r\n',
    news: '230 welcome back\r\n',
    injection: '230 welcome back\r\n',
  },
  postgresql: {
    refusal: () => 'N',
    unknown: () => hex('4500000010534552524f5200436f6f7073000000'),
    news: hex('520000000800000000'),
    injection: hex('520000000800000000'),
  },
  mysql: { injection: hex('0700000200000002000000') },
  mssql: {
    refusal: (answer) => `${answer.slice(0, -1)}\x02`,
    news: hex('0401000900000100ff'),
    injection: hex('0401000900000100aa'),
  },
  nats: {
    offer: [/"tls_required":true/, '"tls_required":false'],
    referral: { greeting: (said) => said.replace('{', '{"connect_urls":["elsewhere.example:4222"],') },
    injection: '+OK\r\nPING\r\n',
  },
  amqp: {
    refusal: () => 'AMQP\x00\x01\x00\x00',
    unknown: () => 'AMQP\x00\x00\x09\x01',
    news: 'AMQP\x03\x01\x00\x00',
    injection: 'AMQP\x03\x01\x00\x00',
  },
  nbd: {
    refusal: (answer) => `${answer.slice(0, 12)}${hex('8000000200000000')}`,
    unknown: (answer) => `${answer.slice(0, 12)}${hex('8000000100000000')}`,
    news: hex('0003e889045565a900000003000000010000000000'),
    injection: hex('0003e889045565a9000000070000000100000000'),
  },
  vnc: {
    offer: [/^\x01\x13$/, '\x01\x01'],
    refusal: () => '\x00',
    news: '\x00\x00\x00\x00',
    injection: '\x00\x00\x00\x00',
  },
  rdp: {
    refusal: (answer) => `${answer.slice(0, 11)}${hex('0300080002000000')}`,
    unknown: (answer) => `\x03\x00\x00\x0b\x06${answer.slice(5, 11)}`,
    news: hex('0300000b06d00000123400'),
    injection: hex('0300000902f0800102'),
  },
  telnet: {
    offer: [/^\xff\xfd\x2e/, '\xff\xfe\x2e'],
    refusal: () => '\xff\xfe\x2e',
    news: 'login: ',
    injection: 'login: ',
  },
  'http-upgrade': {
    refusal: () => 'HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n',
    unknown: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    news: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    referral: {
      answer: () => 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n',
    },
    injection: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  },
};
