import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import {
  type Connection,
  connect,
  explain,
  type HastlsCode,
  HastlsError,
  type PlainConnection,
  type Resolver,
  type SecureConnection,
} from 'hastls';
import type { Proof } from 'hastls/dnssec';
import type { Decision } from 'hastls/policy';
import type { Visit } from './application.ts';
import { type End, portInUrl, type Trial } from './expectation.ts';
import type { Noticed } from './tampering.ts';

/** How a trial did end. */
export interface Outcome {
  readonly proof: Proof;
  readonly decision: Decision;
  readonly end: End;
  /** Octets of what the user said that could be read on the way. */
  readonly overheard: number;
  readonly said: number;
}

const PATIENCE_MS = 10_000;
const GREETING = /./;

/** Connects as the trial says, and uses the connection as its user would: with a secret. */
export async function carryOut(trial: Trial, resolver: Resolver, ca: string): Promise<Outcome> {
  const { host, stance } = trial;
  const port = portInUrl(trial);
  const url = `${host.profile.name}://${host.name}${port === undefined ? '' : `:${port}`}`;
  const visit = host.application.visit(randomBytes(8).toString('hex'));
  const explanation = await explain(url, { stance, resolver });
  host.forget();
  const end = await connect(url, { stance, resolver, ca, timeoutMs: PATIENCE_MS }).then(
    (connection) => use(connection, visit),
    (error) => refusal(error, explanation),
  );
  const heard = Buffer.from(host.heard()).toString('latin1');
  const octets = (lines: readonly Visit[]) => lines.reduce((sum, { say }) => sum + say.length, 0);
  return {
    proof: explanation.snapshot.evidence.proof,
    decision: explanation,
    end,
    overheard: octets(visit.filter(({ say }) => heard.includes(`${say}\r\n`))),
    said: octets(visit),
  };
}

/** Says everything over the connection, and hears that all is well. */
async function use(connection: Connection, visit: readonly Visit[]): Promise<End> {
  const last = connection.tried.at(-1);
  if (last === undefined) throw new Error('a connection without an attempt');
  const at = { do: last.do, port: last.port };
  try {
    switch (connection.security) {
      case 'tls':
        await useSecured(connection, visit);
        return { kind: 'secured', ...at };
      case 'plaintext':
        return { kind: await useInClear(connection, visit), ...at };
      case 'unauthenticated':
        throw new Error('a connection of a kind that nobody asked for');
    }
  } finally {
    connection.socket.destroy();
  }
}

async function useSecured({ socket, how }: SecureConnection, visit: readonly Visit[]): Promise<void> {
  const reader = createInterface({ input: socket });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy()).once('close', () => reader.close());
  const lines = reader[Symbol.asyncIterator](); // keeps what comes between two questions
  const hear = async (hoped: RegExp): Promise<void> => {
    for (;;) {
      const { value: line, done } = await lines.next();
      if (done) throw new Error(`the server hung up, and never said ${hoped}`);
      if (hoped.test(line)) return;
    }
  };
  if (how === 'implicit') await hear(GREETING);
  for (const { say, hears } of visit) {
    socket.write(`${say}\r\n`);
    await hear(hears);
  }
}

/** In a session a demand for TLS is heard and followed. [S14] */
async function useInClear(
  connection: PlainConnection,
  visit: readonly Visit[],
): Promise<'plaintext' | 'demanded' | 'denied'> {
  const session = await connection.session();
  try {
    for (const { say, hears } of visit) {
      const reply = await session.command(say);
      if (!hears.test(reply)) throw new Error(`"${say}" was answered by "${reply}"`);
    }
    return session.security === 'tls' ? 'demanded' : 'plaintext';
  } catch (error) {
    if (!(error instanceof HastlsError) || !NO_TLS.includes(error.code)) throw error;
    return 'denied';
  } finally {
    session.socket.destroy();
  }
}

const NO_TLS: readonly HastlsCode[] = ['ERR_HASTLS_HANDSHAKE', 'ERR_HASTLS_UPGRADE_REFUSED'];

function refusal(error: unknown, { refused }: Decision): End {
  if (!(error instanceof HastlsError)) throw error;
  const code: HastlsCode = error.code;
  return { kind: 'refused', because: NOTICED[code] ?? (refused ? 'policy' : 'no-address') };
}

/** What each error tells about the last attempt; the others are thrown before there is one. */
const NOTICED: Partial<Readonly<Record<HastlsCode, Noticed>>> = {
  ERR_HASTLS_NOT_OFFERED: 'not-offered',
  ERR_HASTLS_UPGRADE_REFUSED: 'upgrade-refused',
  ERR_HASTLS_GARBLED: 'attacked',
  ERR_HASTLS_HANDSHAKE: 'handshake',
  ERR_HASTLS_UNTRUSTED: 'untrusted',
  ERR_HASTLS_NAME_MISMATCH: 'name-mismatch',
  ERR_HASTLS_UNREACHABLE: 'unreachable',
  ERR_HASTLS_TIMEOUT: 'timeout',
};
