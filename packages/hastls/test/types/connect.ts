// Compiles or does not: the type of a connection follows the stance. Nothing here runs.
import type net from 'node:net';
import type tls from 'node:tls';
import { connect } from 'hastls';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

export async function theTypeFollowsTheStance(): Promise<void> {
  const byDefault = await connect('imap://host');
  holds<Equals<(typeof byDefault)['security'], 'tls'>>();
  holds<Equals<(typeof byDefault)['socket'], tls.TLSSocket>>();

  const secureOnly = await connect('imap://host', { stance: 'cso' });
  holds<Equals<(typeof secureOnly)['security'], 'tls'>>();

  const fallback = await connect('imap://host', { stance: 'cfb' });
  holds<Equals<(typeof fallback)['security'], 'tls' | 'unauthenticated' | 'plaintext'>>();
  // @ts-expect-error a connection that may be plaintext is no TLSSocket
  const _socket: tls.TLSSocket = fallback.socket;
  if (fallback.security === 'plaintext') holds<Equals<(typeof fallback)['socket'], net.Socket>>();

  // @ts-expect-error the stances are three
  await connect('imap://host', { stance: 'opportunistic' });
}
