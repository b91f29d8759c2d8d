/** How somebody logs in without TLS, or begins to. */
export interface Login {
  /** Said before, and answered, if it is: the beginning of a stream, which is begun anew over TLS, or of a connection. */
  readonly opens?: { readonly says: string; readonly answer?: string };
  readonly says: (who: string) => string;
  /** Said then, to ask for TLS. Default: the honest client's last word before it. */
  readonly upgrade?: string;
  /** TLS follows upon that at once: it is not answered. */
  readonly unanswered?: true;
}

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
  /** What the server says to one who does not ask for TLS first. None: it says nothing of the kind. */
  readonly demand?: string;
  /** The answer, with a policy for days to come. None: policies are not said in this dialogue. */
  readonly policy?: (answer: string) => string;
  /** None: nobody can log in and still ask for TLS. */
  readonly login?: Login;
  /** A good answer to a login, and to whatever else is asked. */
  readonly accepted: string;
}

/** The argument of a login by PLAIN. */
const plain = (who: string): string => Buffer.from(`\0${who}\0secret`).toString('base64');
const hex = (octets: string): string => Buffer.from(octets, 'hex').toString('latin1');

const MAIL: Words = {
  offer: [/STARTTLS/, 'XSTARTTX'],
  refusal: () => '454 4.7.0 not now\r\n',
  unknown: () => '502 5.5.1 unknown\r\n',
  news: '250 2.0.0 queued\r\n',
  injection: '250-host\r\n250 AUTH LOGIN\r\n',
  login: { says: (who) => `AUTH PLAIN ${plain(who)}\r\n` },
  accepted: '250 2.0.0 ok\r\n',
  demand: '530 5.7.0 Must issue a STARTTLS command first\r\n',
};
const head = (attributes: string): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${attributes} version='1.0'>`;
const XMPP: Words = {
  offer: [/<starttls.*<\/starttls>/, ''],
  refusal: () => "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
  news: "<message xmlns='jabber:client'><body>hello</body></message>",
  referral: {
    answer: () =>
      "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>elsewhere.example</see-other-host></stream:error>",
  },
  injection: "<message xmlns='jabber:client'><body>hello</body></message>",
  login: {
    opens: { says: head("to='host.example'"), answer: `${head("id='1'")}<stream:features/>` },
    says: (who) => `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain(who)}</auth>`,
  },
  accepted: "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  demand:
    "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
};

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
    login: { says: (who) => `x1 LOGIN ${who} secret\r\n` },
    accepted: 'x1 OK\r\n',
    demand: 'a2 NO [PRIVACYREQUIRED] STARTTLS first\r\n',
  },
  pop3: {
    offer: [/STLS/, 'XTLS'],
    refusal: () => '-ERR not now\r\n',
    news: '+OK 5 messages\r\n',
    injection: '+OK\r\nUSER\r\n.\r\n',
    login: { says: (who) => `USER ${who}\r\n` },
    accepted: '+OK\r\n.\r\n',
    demand: '-ERR [SYS/PERM] TLS is required: STLS first\r\n',
  },
  sieve: {
    offer: [/"STARTTLS"/, '"XSTARTTX"'],
    refusal: () => 'NO "not now"\r\n',
    news: '"SASL" "PLAIN"\r\n',
    referral: { answer: () => 'BYE (REFERRAL "sieve://elsewhere.example") "go there"\r\n' },
    injection: '"SASL" "PLAIN"\r\nOK\r\n',
    login: { says: (who) => `AUTHENTICATE "PLAIN" "${plain(who)}"\r\n` },
    accepted: 'OK\r\n',
    demand: 'NO (ENCRYPT-NEEDED) "STARTTLS first"\r\n',
  },
  nntp: {
    offer: [/STARTTLS/, 'XSTARTTX'],
    refusal: () => '580 not now\r\n',
    unknown: () => '500 unknown\r\n',
    news: '281 welcome back\r\n',
    injection: '101 list\r\nAUTHINFO USER\r\n.\r\n',
    login: { says: (who) => `AUTHINFO USER ${who}\r\n` },
    accepted: '101 ok\r\n.\r\n',
    demand: '483 Encryption is required: STARTTLS first\r\n',
  },
  'nntp-1997': {
    refusal: () => '400 not now\r\n',
    unknown: () => '500 what?\r\n',
    news: '281 welcome back\r\n',
    injection: '200 ready\r\n',
    login: { says: (who) => `AUTHINFO USER ${who}\r\n` },
    accepted: '281 ok\r\n',
    demand: '401 Please start TLS first\r\n',
  },
  ldap: {
    refusal: () => hex('300c02010178070a013404000400'),
    unknown: () => hex('300c02010178070a010204000400'),
    news: hex('300c02010164070402636e30010000'),
    referral: {
      answer: () => hex('302902010178240a010a04000400a31b04196c6461703a2f2f656c736577686572652e6578616d706c652f'),
    },
    injection: hex('300c02010161070a010004000400'),
    login: {
      says: (who) => {
        const bind = `\x02\x01\x03\x04${String.fromCharCode(who.length + 3)}cn=${who}\x80\x00`;
        return `\x30${String.fromCharCode(bind.length + 5)}\x02\x01\x01\x60${String.fromCharCode(bind.length)}${bind}`;
      },
    },
    accepted: hex('300c02010161070a010004000400'),
    demand: hex('300c02010178070a010d04000400'),
  },
  'xmpp-client': XMPP,
  'xmpp-server': XMPP,
  irc: {
    refusal: () => ':host.example 691 * :not now\r\n',
    unknown: () => ':host.example 421 * STARTTLS :unknown\r\n',
    news: ':host.example 001 joe :welcome back\r\n',
    referral: { answer: () => ':host.example 010 * elsewhere.example 6667 :go there\r\n' },
    injection: ':host.example 001 joe :welcome back\r\n',
    login: { says: (who) => `NICK ${who}\r\n` },
    accepted: ':host.example 001 joe :welcome\r\n',
    demand: ':host.example 451 * :TLS is required: STARTTLS first\r\n',
    policy: (answer) => `:host.example CAP * LS :sts=port=6667,duration=31536000\r\n${answer}`,
  },
  ftp: {
    offer: [/AUTH TLS/, 'XUTH TLX'],
    refusal: () => '431 not now\r\n',
    unknown: () => '502 unknown\r\n',
    news: '230 welcome back\r\n',
    injection: '230 welcome back\r\n',
    login: { says: (who) => `USER ${who}\r\n` },
    accepted: '211 ok\r\n',
    demand: '530 TLS is required: AUTH TLS first\r\n',
  },
  postgresql: {
    refusal: () => 'N',
    unknown: () => hex('4500000010534552524f5200436f6f7073000000'),
    news: hex('520000000800000000'),
    injection: hex('520000000800000000'),
    login: {
      says: (who) => {
        const startup = `\x00\x03\x00\x00user\x00${who}\x00\x00`;
        return `\x00\x00\x00${String.fromCharCode(startup.length + 4)}${startup}`;
      },
    },
    accepted: hex('520000000800000000'),
    demand: hex('4500000017534641c54c00433238303030004d544c530000'),
  },
  mysql: {
    injection: hex('0700000200000002000000'),
    login: {
      unanswered: true,
      says: (who) => {
        const response = `${hex(`85a67f000000000121${'00'.repeat(23)}`)}${who}\x00\x00`;
        return `${String.fromCharCode(response.length)}\x00\x00\x01${response}`;
      },
    },
    accepted: hex('0700000200000002000000'),
    demand: hex(`09000002ff570c${Buffer.from('#HY000').toString('hex')}`),
  },
  mssql: {
    refusal: (answer) => `${answer.slice(0, -1)}\x02`,
    news: hex('0401000900000100ff'),
    injection: hex('0401000900000100aa'),
    login: {
      says: (who) => `\x10\x01\x00${String.fromCharCode(who.length + 8)}\x00\x00\x01\x00${who}`,
    },
    accepted: hex('0401000900000100ad'),
    demand: hex('0401000900000100aa'),
  },
  nats: {
    offer: [/"tls_required":true/, '"tls_required":false'],
    referral: { greeting: (said) => said.replace('{', '{"connect_urls":["elsewhere.example:4222"],') },
    injection: '+OK\r\nPING\r\n',
    login: { says: (who) => `CONNECT {"user":"${who}"}\r\n`, upgrade: '', unanswered: true },
    accepted: '+OK\r\n.\r\n',
    demand: "-ERR 'Secure Connection - TLS Required'\r\n",
  },
  amqp: {
    refusal: () => 'AMQP\x00\x01\x00\x00',
    unknown: () => 'AMQP\x00\x00\x09\x01',
    news: 'AMQP\x03\x01\x00\x00',
    injection: 'AMQP\x03\x01\x00\x00',
    accepted: 'AMQP\x03\x01\x00\x00',
  },
  nbd: {
    refusal: (answer) => `${answer.slice(0, 12)}${hex('8000000200000000')}`,
    unknown: (answer) => `${answer.slice(0, 12)}${hex('8000000100000000')}`,
    news: hex('0003e889045565a900000003000000010000000000'),
    injection: hex('0003e889045565a9000000070000000100000000'),
    login: {
      opens: { says: hex('00000001') },
      says: (who) =>
        `IHAVEOPT${hex('00000007000000')}${String.fromCharCode(who.length + 6)}\x00\x00\x00${String.fromCharCode(who.length)}${who}\x00\x00`,
      upgrade: `IHAVEOPT${hex('0000000500000000')}`,
    },
    accepted: hex('0003e889045565a9000000070000000100000000'),
    demand: hex('0003e889045565a9000000058000000500000000'),
  },
  vnc: {
    offer: [/^\x01\x13$/, '\x01\x01'],
    refusal: () => '\x00',
    news: '\x00\x00\x00\x00',
    injection: '\x00\x00\x00\x00',
    accepted: '\x00\x00\x00\x00',
    demand: '\x00\x00\x00\x01\x00\x00\x00\x03TLS',
  },
  rdp: {
    refusal: (answer) => `${answer.slice(0, 11)}${hex('0300080002000000')}`,
    unknown: (answer) => `\x03\x00\x00\x0b\x06${answer.slice(5, 11)}`,
    news: hex('0300000b06d00000123400'),
    injection: hex('0300000902f0800102'),
    login: {
      says: (who) => {
        const cookie = `Cookie: mstshash=${who}\r\n`;
        const length = String.fromCharCode(cookie.length + 11);
        return `\x03\x00\x00${length}${String.fromCharCode(cookie.length + 6)}\xe0\x00\x00\x00\x00\x00${cookie}`;
      },
    },
    accepted: hex('0300000b06d00000123400'),
    demand: hex('030000130ed000001234000300080001000000'),
  },
  telnet: {
    offer: [/^\xff\xfd\x2e/, '\xff\xfe\x2e'],
    refusal: () => '\xff\xfe\x2e',
    news: 'login: ',
    injection: 'login: ',
    login: { says: (who) => `${who}\r\n`, upgrade: '\xff\xfb\x2e\xff\xfa\x2e\x01\xff\xf0' },
    accepted: 'password: ',
    demand: 'TLS is required: START_TLS first\r\n',
  },
  'http-upgrade': {
    refusal: () => 'HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n',
    unknown: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    news: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    referral: {
      answer: () => 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n',
    },
    injection: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    login: { says: (who) => `GET /${who} HTTP/1.1\r\nHost: host.example\r\n\r\n` },
    accepted: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    demand:
      'HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.0, HTTP/1.1\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n',
    policy: (answer) =>
      answer.replace('\r\n', '\r\nStrict-Transport-Security: max-age=0\r\nAlt-Svc: h2="elsewhere.example:80"\r\n'),
  },
};
