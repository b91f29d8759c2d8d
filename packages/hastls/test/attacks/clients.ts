import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type ConnectOptions, connect, type HastlsError } from 'hastls';
import { createTunnel } from 'hastls/serve';
import type { Profile } from 'hastls/talk';
import { type Behaviour, startScriptedPeer } from 'hastls/testing';
import { openSession } from '#node/session.js';
import { ordinary } from '../contract/rows.js';
import { authority, HOST, RIGHT, type Script } from './client-attacks.ts';
import { words } from './words.ts';

/** What became of a client under attack. */
export interface Suffered {
  /** `TLS`, what it became of it, or the code of the refusal. */
  readonly end: string;
  /** What its user, or the program behind it, was told. */
  readonly told: string;
  /** What it said in clear. */
  readonly heard: string;
  readonly connections: number;
}

/** Somebody who is to be brought to a server that may be an attacker's, and then says a secret. */
export type Client = (meeting: Meeting) => Promise<Pick<Suffered, 'end' | 'told'>>;

/** Who is met, where, and what the client is set to. */
export interface Meeting {
  readonly profile: Profile;
  readonly url: string;
  readonly timeoutMs: number;
  /** The peer will do something over TLS. */
  readonly isAttackedOverTls: boolean;
  /** Default: nothing is asked of DNS, as the peer has an address for a name. */
  readonly how?: ConnectOptions;
}

export const SECRET = 'the secret of joe\r\n';
const PATIENCE_MS = 30_000;
/** Whoever has heard nothing for so long over TLS will not. */
const AFTERMATH_MS = 10_000;

/** Lets a client meet a peer that follows this script. */
export async function suffer(client: Client, profile: Profile, script: Script): Promise<Suffered> {
  const { behaviour, identity = RIGHT, timeoutMs = PATIENCE_MS } = script;
  const peer = await startScriptedPeer({ profile, identity, behaviour: { overTls: answering(profile), ...behaviour } });
  const scheme = behaviour.implicit === true ? (profile.implicitScheme ?? profile.name) : profile.name;
  try {
    const { end, told } = await client({
      profile,
      url: `${scheme}://${HOST}:${peer.port}`,
      timeoutMs,
      isAttackedOverTls: behaviour.overTls !== undefined,
    });
    return { end, told, heard: peer.heard, connections: peer.connections };
  } finally {
    await peer.close();
  }
}

/** Who, over TLS, has a good answer to everything. */
const answering =
  ({ name, speaksFirst }: Profile): NonNullable<Behaviour['overTls']> =>
  (session) => {
    const accepted = Buffer.from(words[name]?.accepted ?? '', 'latin1');
    if (speaksFirst === 'server') session.write(accepted);
    session.on('data', () => void session.write(accepted));
  };

const isOurs = (error: unknown): error is HastlsError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith(OURS);
const OURS = 'ERR_HASTLS_';
const short = (error: unknown): string => (isOurs(error) ? error.code.slice(OURS.length) : String(error));
const toldBy = (error: unknown): string =>
  isOurs(error) ? [error.message, ...error.because].join('\n') : String(error);

/** A program that calls `connect()`. */
export const program: Client = async ({ profile, url, timeoutMs, isAttackedOverTls, how }) => {
  try {
    const options = { ...known(profile, url), ca: authority.certificate, timeoutMs, ...how };
    const { socket, security } = await connect(url, options);
    if (security !== 'tls') return { end: security, told: '' };
    const ended = whatBecomesOf(socket);
    let told = '';
    socket.on('data', (said: Buffer) => {
      told += said.toString('latin1');
    });
    if (isAttackedOverTls) return { end: await ended, told };
    await once(socket.end(SECRET), 'finish');
    return { end: 'TLS', told: '' };
  } catch (error) {
    return { end: short(error), told: toldBy(error) };
  }
};

/** A program that may speak plaintext and does, until TLS is demanded: by the server, or by somebody else. [V14] */
export const demanded: Client = async ({ profile, url, timeoutMs, isAttackedOverTls }) => {
  const how = { ...known(profile, url), ca: authority.certificate, timeoutMs };
  try {
    const { socket } = await connect(url, { ...how, stance: 'cio' });
    const begun = { how: 'plaintext', socket } as const;
    const session = await openSession(begun, profile.session ?? assert.fail(), {
      ...how,
      host: HOST,
      speaksFirst: profile.speaksFirst,
      ...(profile.alpn !== undefined && { alpn: profile.alpn }),
    });
    const answer = await session.command(ordinary(profile)[0] ?? 'NOOP');
    if (session.security === 'plaintext') return { end: 'plaintext', told: '' }; // as it is set to
    const isTrue = (words[profile.name]?.accepted ?? '').startsWith(answer.split('\n').at(-2) ?? '?');
    if (isAttackedOverTls && !isTrue) return { end: await whatBecomesOf(session.socket), told: '' };
    await once(session.socket.end(SECRET), 'finish');
    return { end: 'TLS', told: '' };
  } catch (error) {
    return { end: short(error), told: toldBy(error) };
  }
};

/** A client without TLS, behind a tunnel, which says its secret at once. */
export const tunnelled: Client = async ({ profile, url, timeoutMs, how }) => {
  let end = 'TLS';
  let told = '';
  let open = (_: Promise<undefined>): void => {};
  const opened = new Promise<undefined>((resolve) => {
    open = resolve;
  });
  const tunnel = createTunnel({
    to: url,
    connect: { ...known(profile, url), ca: authority.certificate, timeoutMs, ...how },
    onOpened: () => open(settled()),
    onRefused: (_, error) => {
      end = short(error);
      told = toldBy(error);
    },
  });
  tunnel.listen(0, HOST);
  await once(tunnel, 'listening');
  try {
    const client = net.connect((tunnel.address() as net.AddressInfo).port, HOST); // as: it listens on TCP
    client.on('error', () => {}).write(SECRET);
    client.resume();
    const over = once(client, 'close');
    await Promise.race([over, opened]);
    client.destroy();
    await over;
  } finally {
    tunnel.close();
  }
  return { end, told };
};

/** Profiles that only whoever names them gets; `imaps` needs no naming. */
const known = (profile: Profile, url: string) => (url.startsWith(`${profile.name}:`) ? { profile } : {});

const whatBecomesOf = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('TLS, and goes on'), AFTERMATH_MS).unref();
    socket.once('error', (error) => resolve(`TLS, then ${short(error)}`));
    socket.once('end', () => resolve('TLS, then the end'));
  });

/** Long enough for what a client has said to be on the wire, if it should go there. */
const settled = (): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, 50, undefined));
