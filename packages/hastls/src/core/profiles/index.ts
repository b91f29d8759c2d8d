/**
 * The protocols, each in a small file: its facts, what a client says to get from plaintext to TLS, and what a server
 * says. Nothing outside of this folder names a protocol; shared code asks a profile instead.
 *
 * A file here tells the story of one protocol, and nothing else. How its octets are read and written is in `wire/`, how
 * a gateway follows both sides of a dialogue in clear is in `middle/`, and how a client is turned away for which a line
 * would not do is in `stead/`, each under the protocol's name: a story can be read without them. Where several services
 * have one dialogue, it has a file of its own: `mail.ts`, `xmpp.ts`.
 *
 * Those of mail, news and files follow the same three steps: the server greets, the client asks what it can do, and says
 * the word (STARTTLS, STLS, AUTH TLS). They differ in how an answer is told from another, in what a server says that wants TLS
 * first, and in what is said again over TLS, as everything said before may have been said by somebody else.
 *
 * The word of 1997, `TLS`, came before all of these, and in two things is more than they are: a client need not know
 * what a server can do, and a server that wants TLS first can say so to any command, upon which a client begins with
 * TLS at once and then repeats the command. `trigger97` in `talk/` makes a profile of it for any line protocol. [S9]
 *
 * To add a protocol: copy the file next to it in kind, change the words, add it to the list below, run the contract
 * suite. A protocol of lines with dotted lists is a `LineDialect`: data only.
 */
import type { Profile, Service } from '../talk/index.ts';
import { amqp } from './amqp.ts';
import { ftp } from './ftp.ts';
import { httpUpgrade } from './http-upgrade.ts';
import { imap } from './imap.ts';
import { implicitOnly } from './implicit-only.ts';
import { irc } from './irc.ts';
import { ldap } from './ldap.ts';
import { lmtp } from './lmtp.ts';
import { managesieve } from './managesieve.ts';
import { mssql } from './mssql.ts';
import { mysql } from './mysql.ts';
import { nats } from './nats.ts';
import { nbd } from './nbd.ts';
import { nntp } from './nntp.ts';
import { nntp1997 } from './nntp-1997.ts';
import { pop3 } from './pop3.ts';
import { postgresql } from './postgresql.ts';
import { RDP_SECURITY, rdp, rdpWith } from './rdp.ts';
import { smtp } from './smtp.ts';
import { submission } from './submission.ts';
import { telnet } from './telnet.ts';
import { VENCRYPT_X509, vnc, vncWith } from './vnc.ts';
import { askSts, type Heard, readSts, type Sts } from './wire/sts.ts';
import { xmppClient } from './xmpp-client.ts';
import { xmppServer } from './xmpp-server.ts';

export {
  amqp,
  askSts,
  ftp,
  type Heard,
  httpUpgrade,
  imap,
  irc,
  ldap,
  lmtp,
  managesieve,
  mssql,
  mysql,
  nats,
  nbd,
  nntp,
  nntp1997,
  pop3,
  postgresql,
  RDP_SECURITY,
  rdp,
  rdpWith,
  readSts,
  type Sts,
  smtp,
  submission,
  telnet,
  VENCRYPT_X509,
  vnc,
  vncWith,
  xmppClient,
  xmppServer,
};

/** Services with an in-band upgrade. */
export const profiles: readonly Profile[] = [
  smtp,
  submission,
  lmtp,
  imap,
  pop3,
  managesieve,
  nntp,
  nntp1997,
  ldap,
  xmppClient,
  xmppServer,
  irc,
  ftp,
  postgresql,
  mysql,
  mssql,
  nats,
  amqp,
  nbd,
  vnc,
  rdp,
  telnet,
];

/** Profiles that only whoever names them gets, as `profile` of `connect()`, and what is wrong with them. */
export const offByDefault: readonly { readonly profile: Profile; readonly because: string }[] = [
  {
    profile: httpUpgrade,
    because:
      'where a server has this form beside a port for TLS, somebody in the way can shift its answers by one (Opossum)',
  },
];

/** All services that are known by name. */
export const services: readonly Service[] = [...profiles, ...implicitOnly];

/** Every scheme that means one of them. */
export const knownNames: readonly string[] = services.flatMap(({ name, implicitScheme = name }) => [
  name,
  implicitScheme,
]);

/** Whether a service can be upgraded in-band. */
export const isProfile = (service: Service): service is Profile => 'client' in service;

/** Whether who begins with TLS at once has to name the protocol in it, as the service's own servers demand. [V13] */
export const demandsAlpn = ({ service }: Service): boolean =>
  services.some((each) => each.service === service && each.alpnRequired === true);

/**
 * What a URL's scheme means: `imaps` is the service `imap` with implicit TLS, and has no records of its own. [A17] A service
 * without a plaintext port is asked for with TLS by its very name.
 */
export function findService(
  scheme: string,
  known: readonly (Service | Profile)[] = services,
): { readonly service: Service | Profile; readonly implicit: boolean } | undefined {
  const wanted = scheme.toLowerCase();
  const service = known.find((each) => each.name === wanted || each.implicitScheme === wanted);
  return service && { service, implicit: service.implicitScheme === wanted || service.ports.plain.length === 0 };
}
