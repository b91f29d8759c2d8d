/**
 * Just enough of each protocol, over TLS, that a client which got there goes on, sees nothing amiss, and takes its
 * leave. Before TLS there is no application: our server side answers for itself.
 */
import type { Application, Peer } from 'hastls/serve';
import { latin1, reader, writer } from '#core/bytes/index.js';

/** An application for one peer, which tells of everything it hears. */
type Serve = (peer: Peer, hears: (words: string) => void) => Application;

/** Answers each command with the first row that fits; `{tag}` is the command's first word. The last answer ends it. */
const lines =
  (rows: readonly (readonly [RegExp, ...string[]])[], leave: RegExp, greeting: readonly string[] = []): Serve =>
  ({ socket }, hears) => {
    for (const each of greeting) socket.write(`${each}\r\n`);
    return (command) => {
      hears(command);
      const [, ...answer] = rows.find(([form]) => form.test(command)) ?? [leave];
      const [tag = ''] = command.split(' ', 1);
      for (const each of answer) socket.write(`${each.replace('{tag}', tag)}\r\n`);
      if (leave.test(command)) socket.end();
    };
  };

const mail = lines(
  [
    [/^(EHLO|LHLO)/i, '250-localhost', '250 HELP'],
    [/^QUIT/i, '221 2.0.0 Bye'],
    [/^HELP/i, '214 2.0.0 None'],
    [/^/, '250 2.0.0 OK'],
  ],
  /^QUIT/i,
);

/** All of the socket is the application's: it is given each piece that comes, and returns the answer, or nothing at the end. */
const octets =
  (answer: (piece: Buffer) => Uint8Array | undefined): Serve =>
  ({ socket }, hears) => {
    socket.on('data', (piece: Buffer) => {
      hears(piece.toString('latin1'));
      const said = answer(piece);
      if (said === undefined) socket.end();
      else socket.write(said);
    });
    return undefined;
  };

/** A directory with nothing in it: whatever is asked, the answer is success. */
const ldap: Serve =
  ({ socket }, hears) =>
  (message) => {
    hears(message);
    const [bind, search] = [0x60, 0x63];
    const [id = 0, operation = 0] = [message.charCodeAt(4), message.charCodeAt(5)];
    if (operation !== bind && operation !== search) return void socket.end();
    const done = operation === bind ? 0x61 : 0x65;
    socket.write(Uint8Array.of(0x30, 12, 2, 1, id, done, 7, 10, 1, 0, 4, 0, 4, 0));
  };

const READY = latin1('Z\0\0\0\x05I');
const postgresql = octets(([type]) => {
  if (type === 0x58) return undefined; // Terminate
  const authenticated = latin1('R\0\0\0\x08\0\0\0\0');
  const empty = latin1('I\0\0\0\x04');
  return Buffer.concat([type === 0x51 ? empty : authenticated, READY]);
});

const mysql = octets((packet) => {
  if (packet[3] === 0 && packet[4] === 1) return undefined; // COM_QUIT
  return Uint8Array.of(7, 0, 0, (packet[3] ?? 0) + 1, 0, 0, 0, 2, 0, 0, 0);
});

/** One disk of a mebibyte, which nobody reads. */
const nbd: Serve = ({ socket }, hears) => {
  const [ABORT, LIST, INFO, GO, ACK, UNSUPPORTED] = [2, 3, 6, 7, 1, 0x80000001];
  return (message) => {
    hears(message);
    const option = reader(latin1(message).subarray(8)).uint32();
    const reply = (type: number, data: Uint8Array = new Uint8Array()) =>
      socket.write(
        Buffer.concat([
          Buffer.from('0003e889045565a9', 'hex'),
          writer().uint32(option).uint32(type).uint32(data.length).finish(),
          data,
        ]),
      );
    const isDisk = option === INFO || option === GO;
    if (isDisk)
      reply(
        3,
        writer()
          .uint16(0)
          .uint32(0)
          .uint32(1 << 20)
          .uint16(1)
          .finish(),
      );
    reply(isDisk || option === ABORT || option === LIST ? ACK : UNSUPPORTED);
    if (option === GO || option === ABORT) socket.end();
  };
};

/** Hangs up as soon as a desktop is asked for. */
const rdp = octets(() => undefined);

/** Lets everybody in, and hangs up when they come. */
const vnc: Serve = (peer, hears) => {
  peer.socket.write(Uint8Array.of(0, 0, 0, 0));
  return rdp(peer, hears);
};

/** The question that came before TLS is answered, and then one for a printer, whose number is repeated. */
const web: Serve = ({ socket }, hears) => {
  const answer = (body: Uint8Array) =>
    void socket.write(
      Buffer.concat([
        latin1(`HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: ${body.length}\r\n\r\n`),
        body,
      ]),
    );
  answer(new Uint8Array());
  let said = '';
  socket.on('data', (piece: Buffer) => {
    said += piece.toString('latin1');
    hears(said);
    const asked = latin1(said.slice(said.indexOf('\r\n\r\n') + 4));
    if (asked.length > 8) answer(Buffer.concat([Uint8Array.of(1, 1, 0, 0), asked.subarray(4, 8), ALL_IS_WELL]));
  });
  return undefined;
};

const ALL_IS_WELL = latin1(
  '\x01\x47\0\x12attributes-charset\0\x05utf-8\x48\0\x1battributes-natural-language\0\x02en\x03',
);

/** For clients that say nothing once TLS stands. */
const silent: Serve = (_, hears) => hears;

export const applications: Readonly<Record<string, Serve>> = {
  smtp: mail,
  submission: mail,
  lmtp: mail,
  imap: lines(
    [
      [/^\S+ CAPABILITY/i, '* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN', '{tag} OK Done'],
      [/^\S+ LOGOUT/i, '* BYE', '{tag} OK Done'],
      [/^/, '{tag} OK Done'],
    ],
    /^\S+ LOGOUT/i,
  ),
  pop3: lines(
    [
      [/^CAPA/i, '+OK', 'USER', '.'],
      [/^(LIST|UIDL)/i, '+OK', '.'],
      [/^STAT/i, '+OK 0 0'],
      [/^/, '+OK'],
    ],
    /^QUIT/i,
  ),
  nntp: lines(
    [
      [/^CAPABILITIES/i, '101 Listed', 'VERSION 2', 'READER', '.'],
      [/^DATE/i, '111 20200101000000'],
      [/^QUIT/i, '205 Bye'],
      [/^/, '500 What?'],
    ],
    /^QUIT/i,
  ),
  ftp: lines(
    [
      [/^USER/i, '331 Password?'],
      [/^PASS/i, '230 Welcome'],
      [/^PWD/i, '257 "/"'],
      [/^QUIT/i, '221 Bye'],
      [/^(PBSZ|PROT|NOOP|TYPE|CWD|OPTS)/i, '200 OK'],
      [/^/, '502 What?'],
    ],
    /^QUIT/i,
  ),
  sieve: lines(
    [
      [/^LOGOUT/i, 'OK'],
      [/^/, 'OK'],
    ],
    /^LOGOUT/i,
    ['"IMPLEMENTATION" "test"', '"SASL" "PLAIN"', '"SIEVE" ""', '"VERSION" "1.0"', 'OK'],
  ),
  ldap,
  postgresql,
  mysql,
  nbd,
  nats: lines([[/^PING/, 'PONG']], /^never/),
  rdp,
  vnc,
  'http-upgrade': web,
  irc: silent,
  telnet: silent,
  'xmpp-client': silent,
  'xmpp-server': silent,
};
