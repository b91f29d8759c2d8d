import { once } from 'node:events';
import net from 'node:net';
import { createGateway, createTriggerServer } from 'hastls/serve';
import { type Profile, serverGreets } from 'hastls/talk';
import { HELLO, heardBy } from '../contract/rows.js';
import { HOST, RIGHT } from './client-attacks.ts';
import { beginTls, started } from './servers.ts';
import { words } from './words.ts';

// A server for which TLS is a choice lets somebody log in without it. Then TLS begins on that same connection, and
// whoever comes by it must find nobody logged in. [V10]

/** An application, or a backend's: for each connection, or peer, who logged in there. */
export type Guests = readonly (readonly string[])[];

/** A server that prefers TLS, and who came to what is behind it. */
export interface Host {
  readonly port: number;
  readonly guests: Guests;
  close(): Promise<void>;
}

export const MALLET = 'mallet';
export const VICTIM = 'victim';

/** Why somebody cannot log in and ask for TLS afterwards, if so. */
export const unable = ({ name }: Profile): string | undefined =>
  words[name]?.login === undefined ? 'a choice made in clear is final' : undefined;

/** Starts a server of a Node developer's, whose application takes everybody's word for who he is. */
export async function credulous(profile: Profile): Promise<Host> {
  const guests: string[][] = [];
  const { accepted = '', login } = words[profile.name] ?? {};
  const { alpn } = profile;
  const server = createTriggerServer({
    profile,
    mode: 'prefer',
    tls: { ...RIGHT, ...(alpn !== undefined && { ALPNProtocols: [...alpn] }) },
    application: ({ socket }) => {
      const known: string[] = [];
      guests.push(known);
      return (command) => {
        known.push(...[MALLET, VICTIM].filter((who) => login?.says(who).startsWith(command)));
        const isOpening = login?.opens?.says.startsWith(command);
        socket.write(isOpening ? (login?.opens?.answer ?? '') : accepted, 'latin1');
      };
    },
  });
  return { ...(await started(server)), guests };
}

/** The same behind a gateway, which hides that upgrade; or why not. */
export async function credulousBehindGateway(profile: Profile): Promise<Host | string> {
  if (profile.middle === undefined) return 'cannot be followed: implicit TLS only';
  const backend = await credulous(profile);
  const door = createGateway({
    profile,
    mode: 'prefer',
    certificates: [RIGHT],
    backend: { host: HOST, port: backend.port },
  });
  const front = await started(door.createServer());
  return {
    port: front.port,
    guests: backend.guests,
    close: async () => {
      door.cut();
      await Promise.all([front.close(), backend.close()]);
    },
  };
}

/** Logs in without TLS as one, begins TLS, and logs in as another. Gives how far that went. */
export async function fixate({ port, guests }: Host, profile: Profile): Promise<'TLS' | 'no TLS'> {
  const { login } = words[profile.name] ?? {};
  if (login === undefined) return 'no TLS';
  const socket = net.connect({ port, host: HOST, noDelay: true }).on('error', () => {});
  try {
    await once(socket, 'connect');
    const pieces = socket.iterator({ destroyOnReturn: false });
    const say = async (said: string, isAnswered: boolean): Promise<void> => {
      socket.write(said, 'latin1');
      if (isAnswered) await pieces.next();
    };
    const { opens, says, upgrade = upgradeOf(profile), unanswered } = login;
    if (serverGreets(profile)) await pieces.next();
    if (opens !== undefined) await say(opens.says, opens.answer !== undefined);
    await say(says(MALLET), true);
    await say(upgrade, unanswered === undefined);
    await pieces.return?.();
    const session = await beginTls(socket, profile);
    if (session === undefined) return 'no TLS';
    session.write(`${opens?.answer === undefined ? '' : opens.says}${says(VICTIM)}`, 'latin1');
    for await (const _ of session) if (guests.flat().includes(VICTIM)) break; // whoever is answered has arrived
    return 'TLS';
  } finally {
    socket.destroy();
  }
}

/** The honest client's last word before TLS. */
const upgradeOf = (profile: Profile): string =>
  Buffer.from(
    heardBy(profile, 'server')
      .filter((each) => each !== HELLO)
      .at(-1) ?? '',
  ).toString('latin1');
