import { type Attempt, barredBy } from '../core/policy/index.ts';
import { isProfile } from '../core/profiles/index.ts';
import type {
  Common,
  Connection,
  ConnectOptions,
  PlainConnection,
  SecureConnection,
  Tried,
  UnauthenticatedConnection,
} from './connect.ts';
import { failure, refusal, withoutAddress } from './connect-errors.ts';
import { dial } from './dial.ts';
import { OUTCOME_OF } from './ending.ts';
import { HastlsError } from './errors.ts';
import type { Explanation } from './explain.ts';
import { given } from './given.ts';
import { type HandshakeFailure, handshake, type Secured, type Unauthenticated } from './handshake.ts';
import { type Beginning, openSession, type Session } from './session.ts';
import type { Target } from './target.ts';
import { upgrade } from './upgrade.ts';

/** Makes the attempts of a plan in order, until one connects. @throws HastlsError after the failure that tells most */
export async function followPlan(explanation: Explanation, options: ConnectOptions): Promise<Connection> {
  const { plan, snapshot, fallbackCauses } = explanation;
  if (plan.length === 0) throw refusal(explanation);
  if (snapshot.addresses.length === 0) throw withoutAddress(explanation);
  const tried: Tried[] = [];
  for (const attempt of plan) {
    const barring = barredBy(attempt, tried, fallbackCauses);
    if (barring !== undefined) {
      tried.push({
        ...step(attempt),
        outcome: 'barred',
        why: `no step down after "${barring.outcome}" on port ${barring.port} [A28]`,
      });
      continue;
    }
    const result = await make(attempt, explanation, options);
    if (result.kind === 'connected')
      return {
        ...result.connection,
        explanation,
        tried: [...tried, { ...step(attempt), outcome: 'connected', why: 'connected' }],
      };
    tried.push({ ...step(attempt), outcome: result.outcome, why: result.why });
  }
  throw failure(explanation, tried);
}

type Made =
  | {
      readonly kind: 'connected';
      readonly connection: Bare<SecureConnection> | Bare<UnauthenticatedConnection> | Bare<PlainConnection>;
    }
  | {
      readonly kind: 'failed';
      readonly outcome: Exclude<Tried['outcome'], 'connected' | 'barred'>;
      readonly why: string;
    };
type Bare<C> = Omit<C, keyof Common>;

/** Makes one attempt on a connection of its own; whatever was learnt on an earlier one is gone. [A30] */
async function make(attempt: Attempt, { target, snapshot }: Explanation, options: ConnectOptions): Promise<Made> {
  const { signal, ca, self, identity, pins } = options;
  const { host, service } = target;
  const dialled = await dial(snapshot.addresses, attempt.port, given({ signal }));
  if (dialled.kind === 'failed') return { kind: 'failed', outcome: dialled.cause, why: dialled.why };
  const { socket } = dialled;
  const { alpn, alpnRequired } = service;
  const trust = { ca, identity, pins, unauthenticatedTls: attempt.unauthenticated };
  const wanted = given({ host, signal, ...trust, alpn, alpnRequired, self });
  if (attempt.do === 'plaintext')
    return {
      kind: 'connected',
      connection: {
        security: 'plaintext',
        how: 'plaintext',
        socket,
        session: () => sessionOn({ how: 'plaintext', socket }, target, options),
      },
    };
  const begin = (begun: Beginning) => sessionOn(begun, target, options);
  if (attempt.do === 'tls') return secured(await handshake(socket, wanted), 'implicit', begin);
  if (!isProfile(service)) {
    socket.destroy();
    throw new HastlsError(
      'ERR_HASTLS_OPTION',
      `hastls knows no in-band upgrade for ${service.name}, which its record asks for`,
    );
  }
  const upgraded = await upgrade(socket, service, wanted);
  switch (upgraded.kind) {
    case 'secured':
    case 'unauthenticated':
    case 'failed':
      return secured(upgraded, 'in-band', begin);
    case 'absent':
    case 'refused':
    case 'closed':
    case 'garbled':
      return { kind: 'failed', outcome: OUTCOME_OF[upgraded.kind], why: upgraded.why };
  }
}

async function sessionOn(
  begun: Beginning,
  { service, host }: Target,
  { stance, switches, ca, self, identity, pins }: ConnectOptions,
): Promise<Session> {
  if (!isProfile(service) || service.session === undefined)
    throw new HastlsError(
      'ERR_HASTLS_OPTION',
      `hastls knows no dialogue of commands for ${service.name}: use the socket`,
    );
  const { session, speaksFirst, alpn } = service;
  const onDemand: 'close' | 'upgrade' = stance === 'cio' && switches?.cioUpgrade === 'refuse' ? 'close' : 'upgrade';
  return openSession(begun, session, given({ host, speaksFirst, onDemand, ca, identity, pins, self, alpn }));
}

function secured(
  result: Secured | Unauthenticated | HandshakeFailure,
  how: 'implicit' | 'in-band',
  begin: (begun: Beginning) => Promise<Session>,
): Made {
  switch (result.kind) {
    case 'secured': {
      const { kind: _, ...facts } = result;
      return {
        kind: 'connected',
        connection: { security: 'tls', how, session: () => begin({ how, ...facts }), ...facts },
      };
    }
    case 'unauthenticated': {
      const { kind: _, ...facts } = result;
      return { kind: 'connected', connection: { security: 'unauthenticated', how, ...facts } };
    }
    case 'failed':
      return { kind: 'failed', outcome: result.cause, why: result.why };
  }
}

const step = ({ do: how, port }: Attempt) => ({ do: how, port });
