import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, latin1, text } from '#core/bytes/index.js';
import { amqp, ldap, mysql, nats, nbd, postgresql, xmppClient, xmppServer } from '#core/profiles/index.js';
import { element, type Profile, type ServerContext } from '#core/talk/index.js';
import { inTheMiddle } from '../talk/mediation.js';

// A gateway in protocols of frames, before TLS and over it. As in middle.test.ts: `c` and `b` are said by client and
// backend, and `C` and `B` are what they hear of it; octets are in hex.

type As = Partial<ServerContext>;
type Line = readonly [who: 'c' | 'b' | 'C' | 'B', octets: string | Uint8Array];
const SECURED: As = { secured: true, greeted: true };
const keepingSecrets = ({ middle }: Profile): As => ({ mode: middle?.secrets ?? [] });

/** Plays a scene, and gives how it ended: everything that is said is expected. */
function play(profile: Profile, as: As, ...scene: readonly Line[]): string | undefined {
  const man = inTheMiddle(profile, as);
  let said = '';
  for (const [who, octets] of scene) {
    const words = typeof octets === 'string' ? octets : text(octets);
    if (who === 'c') said += man.client(words);
    else if (who === 'b') said += man.backend(words);
    else {
      const expected = `${who}:${words}`;
      assert.ok(said.startsWith(expected), `${JSON.stringify(expected)} was expected, not ${JSON.stringify(said)}`);
      said = said.slice(expected.length);
    }
  }
  assert.equal(said, '', 'that was all');
  return man.mediator.verdict?.kind;
}

const message = (id: number, ...operation: readonly Uint8Array[]): Uint8Array =>
  element(0x30, element(0x02, Uint8Array.of(id)), ...operation);
const answer = (id: number, tag: number, code: number, words = ''): Uint8Array =>
  message(id, element(tag, element(0x0a, Uint8Array.of(code)), element(0x04), element(0x04, latin1(words))));
const START_TLS = latin1('1.3.6.1.4.1.1466.20037');
const extended = (...more: readonly Uint8Array[]) => message(1, element(0x77, element(0x80, START_TLS), ...more));
const BIND = message(2, element(0x60, fromHex('020103'), element(0x04), element(0x80, latin1('secret'))));
const SASL_BIND = message(
  3,
  element(0x60, fromHex('020103'), element(0x04), element(0xa3, element(0x04, latin1('GSSAPI')))),
);
const SEARCH = message(
  4,
  element(0x63, element(0x04), fromHex('0a01000a0100020100020100010100'), element(0x87, latin1('x'))),
);
/** An addition that holds StartTLS, and more than is kept of a message. */
const LONG = Uint8Array.from([
  0x30,
  0x82,
  0x20,
  0x04,
  0x02,
  0x01,
  0x05,
  0x68,
  0x82,
  0x1f,
  0xfd,
  ...Array(0x1ffd - 31).fill(0x41),
  ...extended(),
]);

test('ldap: the upgrade is ours, in whatever length it is written; over TLS it is refused', () => {
  const long = Uint8Array.from([0x30, 0x84, 0, 0, 0, extended()[1] ?? 0, ...extended().subarray(2)]);
  for (const request of [extended(), long])
    assert.equal(play(ldap, {}, ['c', request], ['C', answer(1, 0x78, 0)]), 'start-tls');
  assert.equal(play(ldap, SECURED, ['c', extended()], ['C', answer(1, 0x78, 1, 'TLS is already active')]), undefined);
});

test('ldap: a bind waits for TLS where secrets do, and everything else does not', () => {
  const refusal = answer(2, 0x61, 13, 'StartTLS first');
  play(
    ldap,
    keepingSecrets(ldap),
    ['c', BIND],
    ['C', refusal],
    ['c', SEARCH],
    ['B', SEARCH],
    ['b', 'found'],
    ['C', 'found'],
  );
  play(ldap, {}, ['c', BIND], ['B', BIND]);
});

test('ldap: what a long message holds is no request, and what is behind it is', () => {
  const twice = Uint8Array.from([...LONG, ...extended()]);
  assert.equal(play(ldap, {}, ['c', twice], ['B', LONG], ['C', answer(1, 0x78, 0)]), 'start-tls');
  for (let cut = 1; cut < LONG.length; cut += 97) {
    const { client } = inTheMiddle(ldap);
    const heard = client(LONG.subarray(0, cut)) + client(LONG.subarray(cut));
    assert.ok(heard.replaceAll('B:', '') === text(LONG), `cut at ${cut}`);
  }
  const bind = LONG.slice();
  bind[7] = 0x60;
  assert.equal(play(ldap, keepingSecrets(ldap), ['c', bind], ['C', answer(5, 0x61, 13, 'StartTLS first')]), 'closed');
});

test('ldap: what a SASL layer wraps is not read, and without a bind by SASL there is none', () => {
  const wrapped = fromHex('00000004deadbeef');
  assert.equal(
    play(ldap, {}, ['c', SASL_BIND], ['B', SASL_BIND], ['c', wrapped], ['B', wrapped.subarray(0, 1)]),
    'relay',
  );
  assert.equal(play(ldap, {}, ['c', wrapped]), 'garbled');
});

const [SSL, GSS, CANCEL] = ['04d2162f', '04d21630', '04d2162e'].map((code) => fromHex(`00000008${code}`)) as [
  Uint8Array, // as: three go in
  Uint8Array,
  Uint8Array,
];
const STARTUP = Uint8Array.from([0, 0, 0, 13, 0, 3, 0, 0, ...latin1('user\0')]);
const cancel = Uint8Array.from([0, 0, 0, 16, ...CANCEL.subarray(4), 1, 2, 3, 4, 5, 6, 7, 8]);

test('postgresql: both questions are ours to answer, and a session is passed on unread', () => {
  assert.equal(play(postgresql, {}, ['c', GSS], ['C', 'N'], ['c', SSL], ['C', 'S']), 'start-tls');
  assert.equal(play(postgresql, {}, ['c', STARTUP], ['B', STARTUP]), 'relay');
  assert.equal(play(postgresql, SECURED, ['c', SSL], ['C', 'N'], ['c', STARTUP], ['B', STARTUP]), 'relay');
});

test('[V5] postgresql: what stands behind the question was not said over TLS', () => {
  assert.equal(play(postgresql, {}, ['c', Uint8Array.from([...SSL, ...STARTUP])]), 'garbled');
});

test('postgresql: where secrets wait for TLS a session is refused, and a request to cancel is not', () => {
  const man = inTheMiddle(postgresql, keepingSecrets(postgresql));
  assert.match(man.client(STARTUP), /^C:E[\s\S]+C28000\0MTLS is required/);
  assert.equal(play(postgresql, keepingSecrets(postgresql), ['c', cancel], ['B', cancel]), 'relay');
});

const packet = (sequence: number, body: Uint8Array): Uint8Array =>
  Uint8Array.from([body.length, 0, 0, sequence, ...body]);
const greeting = (second: number) =>
  packet(
    0,
    latin1(
      `\x0a5.5.5\0\x01\0\0\0saltsalt\0\xff${String.fromCharCode(second)}\x21\x02\0\x08\0\x15${'\0'.repeat(10)}salt\0`,
    ),
  );
const login = (sequence: number, second: number) =>
  packet(sequence, latin1(`\x85${String.fromCharCode(second)}\x7f\0\0\0\0\x01\x21${'\0'.repeat(23)}joe\0`));
const request = packet(1, fromHex(`85ae7f000000000121${'00'.repeat(23)}`));
const HELLO = fromHex('1603010200010001fc0303');

test('mysql: the greeting is the backend’s, with our capability, before TLS in every mode', () => {
  for (const mode of ['require', 'prefer', ['LOGIN']] as const) {
    const opened: readonly Line[] = [
      ['b', greeting(0xf7)],
      ['C', greeting(0xff)],
    ];
    assert.equal(play(mysql, { mode }, ...opened, ['c', request], ['c', HELLO]), 'start-tls');
    assert.equal(play(mysql, { mode }, ...opened, ['c', Uint8Array.from([...request, ...HELLO])]), 'start-tls');
    assert.equal(play(mysql, { mode }, ...opened, ['c', request], ['c', 'x']), 'garbled');
  }
  assert.equal(
    play(mysql, {}, ['b', greeting(0xf7)], ['C', greeting(0xff)], ['c', login(1, 0xa6)], ['B', login(1, 0xa6)]),
    'relay',
  );
});

test('mysql: over TLS the backend hears no word of it, and counts without the request, until the client is in', () => {
  const [ask, says] = [latin1('\xfeplugin\0salt'), latin1('scrambled')];
  const scene: readonly Line[] = [
    ['c', login(2, 0xae)],
    ['B', login(1, 0xa6)],
    ['b', packet(2, ask)],
    ['C', packet(3, ask)],
    ['c', packet(4, says)],
    ['B', packet(3, says)],
    ['b', packet(4, latin1('\x01\x03'))],
    ['C', packet(5, latin1('\x01\x03'))],
    ['c', packet(6, new Uint8Array(0))],
    ['B', packet(5, new Uint8Array(0))],
  ];
  assert.equal(play(mysql, SECURED, ...scene), undefined);
  for (const [code, rest] of [
    [0, '\0\0\x02\0\0\0'],
    [0xff, '\x15\x04#28000no'],
  ] as const) {
    const last = latin1(`${String.fromCharCode(code)}${rest}`);
    assert.equal(play(mysql, SECURED, ...scene, ['b', packet(6, last)], ['C', packet(7, last)]), 'relay');
  }
});

test('mysql: a backend that is full says so itself', () => {
  const full = packet(0, latin1('\xff\x10\x04Too many connections'));
  assert.equal(play(mysql, {}, ['b', full], ['C', full]), 'closed');
});

test('nats: what the backend tells of itself is told with our TLS and without its own, its nonce and its neighbours apart', () => {
  const info = 'INFO {"server_id":"X","nonce":"abc","tls_available":true,"connect_urls":["1.2.3.4:4222"]}\r\n';
  const told = (tls: string) => `INFO {"server_id":"X","nonce":"abc"${tls}}\r\n`;
  const connect = 'CONNECT {"user":"joe"}\r\n';
  assert.equal(
    play(nats, { mode: 'require' }, ['b', info], ['C', told(',"tls_required":true')], ['c', HELLO]),
    'start-tls',
  );
  const optional: readonly Line[] = [
    ['b', info],
    ['C', told(',"tls_available":true')],
  ];
  assert.equal(play(nats, {}, ...optional, ['c', HELLO]), 'start-tls');
  assert.equal(play(nats, {}, ...optional, ['c', connect], ['B', connect]), 'relay');
  assert.equal(play(nats, { secured: true }, ['b', info], ['C', told('')], ['c', connect], ['B', connect]), 'relay');
  assert.equal(play(nats, SECURED), 'relay');
  assert.equal(play(nats, {}, ['b', "-ERR 'no'\r\n"]), 'refused');
});

const [BEGINS, FLAGS] = ['NBDMAGICIHAVEOPT', '\0\0\0\x01'];
const option = (number: number) => `IHAVEOPT\0\0\0${String.fromCharCode(number)}\0\0\0\0`;
const reply = (to: number, type: string) =>
  `\0\x03\xe8\x89\x04\x55\x65\xa9\0\0\0${String.fromCharCode(to)}${type}\0\0\0\0`;

test('nbd: haggling goes on over TLS with another backend, whose greeting is ours to answer', () => {
  const opened: readonly Line[] = [
    ['b', `${BEGINS}\0\x03`],
    ['C', `${BEGINS}\0\x01`],
    ['c', FLAGS],
    ['B', FLAGS],
  ];
  assert.equal(play(nbd, {}, ...opened, ['c', option(5)], ['C', reply(5, '\0\0\0\x01')]), 'start-tls');
  const over: readonly Line[] = [
    ['b', `${BEGINS}\0\x03`],
    ['B', FLAGS],
  ];
  assert.equal(play(nbd, SECURED, ...over, ['c', option(5)], ['C', reply(5, '\x80\0\0\x03')]), undefined);
  const list: readonly Line[] = [
    ['c', option(3)],
    ['B', option(3)],
    ['b', reply(3, '\0\0\0\x02')],
    ['C', reply(3, '\0\0\0\x02')],
  ];
  const listed: readonly Line[] = [...list, ['b', reply(3, '\0\0\0\x01')], ['C', reply(3, '\0\0\0\x01')]];
  assert.equal(play(nbd, SECURED, ...over, ...listed, ['c', option(7)], ['B', option(7)]), undefined);
  const go: readonly Line[] = [
    ['c', option(7)],
    ['B', option(7)],
    ['b', reply(7, '\0\0\0\x01')],
    ['C', reply(7, '\0\0\0\x01')],
  ];
  assert.equal(play(nbd, SECURED, ...over, ...go), 'relay');
  assert.equal(play(nbd, SECURED, ...over, ['c', option(1)], ['B', option(1)]), 'relay');
  const kept = keepingSecrets(nbd);
  assert.equal(play(nbd, kept, ...opened, ['c', option(7)], ['C', reply(7, '\x80\0\0\x05')]), undefined);
  assert.equal(play(nbd, kept, ...opened, ['c', option(1)]), 'closed');
});

test('amqp: the layer of TLS is ours, any other is passed on', () => {
  const [tls, sasl] = ['AMQP\x02\x01\0\0', 'AMQP\x03\x01\0\0'];
  assert.equal(play(amqp, {}, ['c', tls], ['C', tls]), 'start-tls');
  assert.equal(play(amqp, {}, ['c', sasl], ['B', sasl]), 'relay');
  assert.equal(play(amqp, SECURED, ['c', sasl], ['B', sasl]), 'relay');
  assert.equal(play(amqp, SECURED, ['c', tls], ['C', sasl]), 'closed');
});

const TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const head = (content: string, more = "version='1.0'") =>
  `<?xml version='1.0'?><stream:stream xmlns='${content}' xmlns:stream='http://etherx.jabber.org/streams' ${more}>`;
const features = (...each: readonly string[]) => `<stream:features>${each.join('')}</stream:features>`;
const MECHANISMS = `<mechanisms ${SASL}><mechanism>PLAIN</mechanism></mechanisms>`;
const SM = "<sm xmlns='urn:xmpp:sm:3'/>";
const client = head('jabber:client');
const opened = (listed: string, told: string): readonly Line[] => [
  ['c', client],
  ['B', client],
  ['b', `${client}${listed}`],
  ['C', `${client}${told}`],
];
const OURS = `<starttls ${TLS}></starttls>`;
const listed = features(`<starttls ${TLS}><required/></starttls>`, MECHANISMS, SM);

test('xmpp: the features told are ours: TLS as the mode has it, and no mechanisms where they wait for it', () => {
  const start: readonly Line[] = [
    ['c', `<starttls ${TLS}/>`],
    ['C', `<proceed ${TLS}/>`],
  ];
  assert.equal(play(xmppClient, {}, ...opened(listed, features(OURS, MECHANISMS, SM)), ...start), 'start-tls');
  const must = `<starttls ${TLS}><required/></starttls>`;
  assert.equal(
    play(xmppClient, keepingSecrets(xmppClient), ...opened(listed, features(must, SM)), ...start),
    'start-tls',
  );
  assert.equal(play(xmppClient, SECURED, ...opened(listed, features(MECHANISMS, SM))), undefined);
  assert.equal(play(xmppClient, {}, ...opened('<stream:features/>', features(OURS))), undefined);
  assert.equal(play(xmppClient, SECURED, ...opened('<stream:features/>', features())), undefined);
});

test('xmpp: nothing within an element is one, and another prefix is another name only if it means another', () => {
  const stanza = `<iq type='set'><query xmlns='x'><starttls ${TLS}/>&lt;starttls/></query></iq>`;
  const told = opened(listed, features(OURS, MECHANISMS, SM));
  assert.equal(play(xmppClient, {}, ...told, ['c', stanza], ['B', stanza]), undefined);
  assert.equal(play(xmppClient, {}, ...told, ['c', '<starttls/>'], ['B', '<starttls/>']), undefined);
  const other = `<a:starttls xmlns:a='urn:ietf:params:xml:ns:xmpp-tls'/>`;
  assert.equal(play(xmppClient, {}, ...told, ['c', other], ['C', `<proceed ${TLS}/>`]), 'start-tls');
});

test('xmpp: who waits for TLS with secrets is not let in in clear, by the stream’s own words', () => {
  const kept = keepingSecrets(xmppClient);
  const told = opened(listed, features(`<starttls ${TLS}><required/></starttls>`, SM));
  for (const secret of [
    `<auth ${SASL} mechanism='PLAIN'>AGpvZQBz</auth>`,
    "<iq type='set'><query xmlns='jabber:iq:auth'/></iq>",
  ]) {
    const man = inTheMiddle(xmppClient, kept);
    for (const [who, words] of told)
      if (who === 'c') man.client(words);
      else if (who === 'b') man.backend(words);
    assert.match(man.client(secret), /^C:<stream:error><policy-violation [^>]+><\/stream:error><\/stream:stream>$/);
    assert.equal(man.mediator.verdict?.kind, 'closed');
  }
});

test('xmpp: when it is known who speaks, the streams begin anew, and then nothing more is read', () => {
  const auth = `<auth ${SASL} mechanism='PLAIN'>AGpvZQBz</auth>`;
  const [failure, success] = [`<failure ${SASL}><not-authorized/></failure>`, `<success ${SASL}/>`];
  const scene: readonly Line[] = [
    ...opened(listed, features(MECHANISMS, SM)),
    ['c', auth],
    ['B', auth],
    ['b', failure],
    ['C', failure],
    ['c', auth],
    ['B', auth],
    ['b', success],
    ['C', success],
    ...opened(listed, features(MECHANISMS, SM)),
  ];
  assert.equal(play(xmppClient, SECURED, ...scene), 'relay');
});

test('xmpp: between servers a key is what waits for TLS; a stream without a version has no features', () => {
  const server = head('jabber:server', "xmlns:db='jabber:server:dialback' version='1.0'");
  const told = features(`<starttls ${TLS}><required/></starttls>`);
  const key = "<db:result from='a' to='b'>key</db:result>";
  const open: readonly Line[] = [
    ['c', server],
    ['B', server],
  ];
  const dialback = "<dialback xmlns='urn:xmpp:features:dialback'/>";
  assert.equal(
    play(
      xmppServer,
      {},
      ...open,
      ['b', `${server}${features(dialback)}`],
      ['C', `${server}${features(OURS, dialback)}`],
      ['c', key],
      ['B', key],
    ),
    undefined,
  );
  const kept: readonly Line[] = [...open, ['b', `${server}${features(dialback)}`], ['C', `${server}${told}`]];
  const man = inTheMiddle(xmppServer, keepingSecrets(xmppServer));
  for (const [who, words] of kept)
    if (who === 'c') man.client(words);
    else if (who === 'b') man.backend(words);
  assert.match(man.client(key), /policy-violation/);
  const old = head('jabber:server', "xmlns:db='jabber:server:dialback'");
  assert.equal(play(xmppServer, {}, ['c', old], ['B', old], ['b', old], ['C', old], ['c', key], ['B', key]), undefined);
});
