import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from '#core/bytes/index.js';
import { profiles } from '#core/profiles/index.js';
import {
  MEDIATION_LIMITS,
  type Mediator,
  mediate,
  type Party,
  type Profile,
  type ServerContext,
  serverGreets,
  startTls,
} from '#core/talk/index.js';
import { chance, client, HELLO, octets, rows, server } from './rows.js';

// What everybody in the middle is held to, whatever the protocol. The backend is our own server side, which offers an
// upgrade of its own and would take it: a gateway's clients must never get that far.

type Cut = (bytes: Uint8Array) => readonly Uint8Array[];
const whole: Cut = (bytes) => [bytes];

const middle = (profile: Profile, as: Partial<ServerContext> = {}): Mediator => {
  assert.ok(profile.middle);
  return mediate(profile.middle.mediate({ host: 'gateway.example', mode: 'prefer', ...as }));
};

interface Trio {
  readonly mediator: Mediator;
  readonly verdicts: Readonly<Record<Party, string | undefined>>;
  /** What each party sent, piece by piece, in the order in which the mediator was fed. */
  readonly fed: readonly (readonly [from: Party, bytes: Uint8Array])[];
  /** All that each heard. */
  readonly heard: Readonly<Record<Party, string>>;
}

/** Our client, somebody in the middle, and our server behind: until nobody has anything left to say. */
function trio(profile: Profile, as: Partial<ServerContext>, cut: Cut = whole): Trio {
  const mediator = middle(profile, as);
  const machines = { client: client(profile), backend: server(profile) };
  const fed: [Party, Uint8Array][] = [];
  const heard = { client: '', backend: '' };
  for (let moved = true; moved; ) {
    moved = false;
    for (const from of ['backend', 'client'] as const)
      for (const said of machines[from].output.splice(0))
        for (const piece of cut(said)) {
          moved = true;
          fed.push([from, piece]);
          mediator.feed(from, piece);
          for (const { to, bytes } of mediator.output.splice(0)) {
            heard[to] += text(bytes);
            machines[to].feed(bytes);
          }
        }
  }
  const { client: ours, backend } = machines;
  return { mediator, fed, heard, verdicts: { client: ours.verdict?.kind, backend: backend.verdict?.kind } };
}

/** Feeds again what was fed in an honest dialogue. */
function replay(profile: Profile, as: Partial<ServerContext>, fed: Trio['fed']): Mediator {
  const mediator = middle(profile, as);
  for (const [from, bytes] of fed) {
    mediator.feed(from, bytes);
    mediator.output.length = 0;
  }
  return mediator;
}

const followed = rows.filter(({ middle }) => middle !== undefined && middle.unread === undefined);
test('these can be followed', () =>
  assert.deepEqual(
    followed.map(({ name }) => name),
    [
      ...['smtp', 'submission', 'lmtp', 'imap', 'pop3', 'sieve', 'nntp', 'nntp-1997'],
      ...['ldap', 'xmpp-client', 'xmpp-server', 'irc', 'ftp'],
      ...['postgresql', 'mysql', 'nats', 'amqp', 'nbd', 'house-greeting', 'house-frames'],
    ],
  ));

test('of every other it is said why not', () => {
  for (const { name, middle, unfollowed } of profiles)
    assert.equal(middle === undefined, unfollowed !== undefined, name);
});

for (const profile of rows.filter(({ middle }) => middle?.unread !== undefined))
  test(`${profile.name}: what nobody can follow is carried over TLS, behind the greeting that the client has had`, () => {
    const [greeting, more] = [server(profile).output[0] ?? new Uint8Array(0), Buffer.from('more')];
    for (const greeted of [true, false]) {
      const mediator = middle(profile, { secured: true, greeted });
      mediator.feed('backend', Buffer.concat([greeting, more]));
      assert.deepEqual(mediator.verdict, { kind: 'relay' });
      assert.equal(mediator.output.map(({ bytes }) => text(bytes)).join(''), greeted ? '' : text(greeting));
      assert.equal(text(mediator.leftover('backend')), 'more');
    }
  });

for (const profile of followed) {
  const modes: readonly (readonly [string, ServerContext['mode']])[] = [
    ['prefer', 'prefer'],
    ['its secrets kept for TLS', profile.middle?.secrets ?? []],
  ];
  for (const [title, mode] of modes) {
    test(`${profile.name}, ${title}: a client comes to TLS with us, and the backend hears nothing of it`, () => {
      const { mediator, verdicts } = trio(profile, { mode });
      if (mediator.verdict === undefined) mediator.feed('client', HELLO); // it comes unasked
      assert.deepEqual(mediator.verdict, startTls);
      assert.equal(verdicts.client, 'start-tls');
      assert.notEqual(verdicts.backend, 'start-tls');
    });

    test(`${profile.name}, ${title}: octet by octet all say the same`, () => {
      const [pieces, single] = [trio(profile, { mode }), trio(profile, { mode }, octets)];
      assert.deepEqual(single.heard, pieces.heard);
      if (single.mediator.verdict === undefined) for (const each of octets(HELLO)) single.mediator.feed('client', each);
      assert.deepEqual(single.mediator.verdict, startTls);
    });
  }

  const honest = trio(profile, {});
  const helloIsUnasked = honest.mediator.verdict === undefined;
  const last = honest.fed.findLastIndex(([from]) => from === 'client');
  const before = honest.fed.slice(0, last < 0 ? honest.fed.length : last);

  test(`[V3] [V5] ${profile.name}: whatever comes behind the client's last word is no TLS`, () => {
    const [, words = new Uint8Array(0)] = honest.fed[last] ?? [];
    for (const extra of ['x', '\r\n', 'NOOP\r\n', 'a NOOP\r\n', '\x15\x03\x01\0\x02']) {
      const mediator = replay(profile, {}, before);
      mediator.feed('client', Buffer.concat([words, Buffer.from(extra, 'latin1')]));
      assert.notEqual(mediator.verdict?.kind, 'start-tls', JSON.stringify(extra));
      if (!helloIsUnasked) {
        assert.deepEqual(mediator.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
        assert.deepEqual(mediator.output, [], 'not one more word is said');
      }
    }
  });

  test(`${profile.name}: a dialogue cut at any octet has not come to TLS`, () => {
    const all = helloIsUnasked ? [...honest.fed, ['client', HELLO.subarray(0, 6)] as const] : honest.fed;
    for (const [index, [from, bytes]] of all.entries())
      for (let cut = 0; cut < bytes.length; cut++) {
        const mediator = replay(profile, {}, [...all.slice(0, index), [from, bytes.subarray(0, cut)]]);
        assert.notEqual(mediator.verdict?.kind, 'start-tls', `cut at ${index}.${cut}`);
      }
  });

  test(`${profile.name}: of random words on both sides nothing throws, waits without bound, or comes to TLS`, () => {
    const below = chance(profile.name.length);
    const backends = honest.fed.filter(([from]) => from === 'backend');
    for (let round = 0; round < 2000; round++) {
      const mediator = replay(profile, { secured: round % 3 === 0 }, backends.slice(0, below(backends.length + 1)));
      for (let piece = below(8); piece > 0; piece--) {
        const from: Party = below(2) === 0 ? 'client' : 'backend';
        const scrap = SCRAPS[below(SCRAPS.length)] ?? '';
        const noise = Uint8Array.from({ length: below(12) }, () => below(256));
        mediator.feed(from, below(3) === 0 ? noise : Buffer.from(scrap, 'latin1'));
        mediator.output.length = 0;
      }
      assert.notEqual(mediator.verdict?.kind, 'start-tls', `round ${round}`);
    }
  });

  for (const from of ['client', 'backend'] as const)
    test(`[V17] ${profile.name}: what the ${from} says without end is passed on or ends it, and is not kept`, () => {
      for (const endless of ['A', 'a b\r\n', '250-x\r\n', '* x\r\n', '"x"\r\n', '<a>', '0\x82\xff\xff', '\0']) {
        const mediator = replay(profile, {}, from === 'client' ? before : []);
        const piece = Buffer.from(endless.repeat(Math.ceil(4096 / endless.length)), 'latin1');
        for (let given = 0; given < 300_000 && mediator.wants(from); given += piece.length) {
          mediator.feed(from, piece);
          mediator.output.length = 0;
          assert.ok(mediator.leftover(from).length <= MEDIATION_LIMITS[from] + piece.length, JSON.stringify(endless));
        }
        assert.notEqual(mediator.verdict?.kind, 'start-tls');
      }
    });

  test(`${profile.name}: over TLS the upgrade is refused, and the backend hears nothing of it either`, () => {
    const { mediator, verdicts, heard } = trio(profile, { secured: true, greeted: true });
    assert.notEqual(mediator.verdict?.kind, 'start-tls');
    assert.notEqual(verdicts.backend, 'start-tls');
    const greeting = text(server(profile).output[0] ?? new Uint8Array(0));
    if (serverGreets(profile) && profile.speaksFirst === 'client')
      assert.ok(!heard.client.startsWith(greeting), 'the greeting goes no further');
  });
}

/** Scraps of every protocol, none of which is an upgrade. */
const SCRAPS: readonly string[] = [
  ...[
    '\r\n',
    '\n',
    '220 x\r\n',
    '250-',
    '250 x\r\n',
    '* OK x\r\n',
    '* ',
    'a OK\r\n',
    '+OK\r\n',
    '+ go\r\n',
    '-ERR\r\n',
  ],
  ...[
    '.\r\n',
    '101 x\r\n',
    '200 x\r\n',
    '354 go\r\n',
    'DATA\r\n',
    'BDAT 9\r\n',
    'a LOGIN {3}\r\n',
    'a NOOP\r\n',
    'NOOP\r\n',
  ],
  ...['"SIEVE" ""\r\n', 'OK\r\n', 'PUTSCRIPT "a" {4+}\r\n', ':s CAP * LS :tls\r\n', 'INFO {}\r\n', 'CONNECT {}\r\n'],
  ...[
    '0\x0c\x02\x01\x01',
    '0\x84',
    '<stream:stream>',
    '<a/>',
    '</a>',
    '<?xml ',
    '\0\0\0\x08\x04\xd2\x16\x30',
    '\0\0\0\x09',
  ],
  ...[
    'NBDMAGICIHAVEOPT\0\x03',
    '\0\0\0\x01',
    'IHAVEOPT\0\0\0\x07\0\0\0\0',
    'AMQP\0\x01\0\0',
    '\x20\0\0\x01',
    'J\0\0\0\x0a',
  ],
];
