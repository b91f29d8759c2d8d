import { createSocket, type Socket } from 'node:dgram';
import { addressFamily } from '../../core/dns/address.ts';
import { crypto } from '../crypto.ts';
import { isAnswerTo } from './query.ts';
import type { Signal } from './signal.ts';
import type { PlainUpstream } from './upstream.ts';

/** The way to an upstream by datagrams. */
export interface Datagrams {
  /**
   * Sends the query in a datagram and waits for its answer; whatever else comes is ignored.
   * @throws what the system says, or the signal's reason
   */
  exchange(query: Uint8Array, signal: Signal): Promise<Uint8Array>;
  close(): void;
}

/** A socket, at work for one query at a time. */
interface Post {
  readonly socket: Socket;
  queries: number;
  heard: (datagram: Uint8Array) => void;
  failed: (error: Error) => void;
}

/** Who learns a port in some way has no more than so many queries, or so long, to make use of it. [RFC5452 §9.2] */
const MAX_QUERIES = 32;
const MAX_IDLE_MS = 1000;
const MAX_IDLE = 128;

/**
 * Datagrams from ports that nobody can know: the system picks them, each carries one query at a time, chance says which
 * of the idle ones comes next, and none lives long. The sockets are connected, so that they hear their peer only, ICMP
 * refusals included; one whose query stayed without an answer is not used again.
 */
export function createDatagrams({ address, port }: PlainUpstream): Datagrams {
  const idle: Post[] = [];
  let sweeper: NodeJS.Timeout | undefined;

  function open(ready: (post: Post) => void): Post {
    const socket = createSocket(addressFamily(address) === 6 ? 'udp6' : 'udp4');
    const post: Post = { socket, queries: 0, heard: ignore, failed: ignore };
    socket.on('error', (error) => post.failed(error));
    socket.on('message', (datagram) => post.heard(datagram));
    socket.connect(port, address, () => ready(post));
    return post;
  }

  function rest(post: Post): void {
    if (post.queries >= MAX_QUERIES || idle.length >= MAX_IDLE) {
      end(post);
      return;
    }
    post.heard = ignore;
    post.failed = () => {
      idle.splice(idle.indexOf(post), 1);
      end(post);
    };
    post.socket.unref();
    idle.push(post);
    sweeper ??= setTimeout(close, MAX_IDLE_MS).unref();
  }

  function close(): void {
    clearTimeout(sweeper);
    sweeper = undefined;
    for (const post of idle.splice(0)) end(post);
  }

  return {
    exchange: (query, signal) =>
      new Promise((resolve, reject) => {
        const leave = (finish: () => void) => {
          signal.removeEventListener('abort', abort);
          finish();
        };
        const giveUp = (reason: unknown) =>
          leave(() => {
            end(post);
            reject(reason);
          });
        const abort = () => giveUp(signal.reason);
        const send = (by: Post) => {
          by.queries++;
          by.socket.send(query);
        };
        const rested = takeAny(idle);
        const post = rested ?? open(send);
        post.failed = giveUp;
        post.heard = (datagram) => {
          if (!isAnswerTo(query, datagram)) return;
          leave(() => {
            rest(post);
            resolve(datagram);
          });
        };
        signal.addEventListener('abort', abort, { once: true });
        rested?.socket.ref();
        if (rested !== undefined) send(rested);
      }),
    close,
  };
}

function end(post: Post): void {
  post.heard = post.failed = ignore; // a closing socket may still report an error
  post.socket.close();
}

function takeAny(idle: Post[]): Post | undefined {
  const last = idle.pop();
  if (last === undefined || idle.length === 0) return last;
  const index = crypto().randomInt(idle.length + 1);
  const taken = idle[index] ?? last;
  if (taken !== last) idle[index] = last;
  return taken;
}

const ignore = (): void => {};
