import { equalBytes, text } from '../bytes/index.ts';
import {
  absent,
  closed,
  frame,
  handover,
  isApplications,
  openingMiddle,
  type Profile,
  refused,
  type ServerContext,
  type ServerDialogue,
  send,
  startTls,
} from '../talk/index.ts';
import { amqpStead } from './stead/amqp.ts';
import { headerFrame, SASL, TLS } from './wire/amqp.ts';

/**
 * Messages in queues. Each side names the layer that it wants next, and the one both name begins. Servers of 0-9-1 know
 * nothing of that: they answer with the version they speak, and have TLS on a port of its own only.
 */
export const amqp: Profile = {
  name: 'amqp',
  service: 'amqp',
  ports: { plain: [5672], tls: [5671] },
  implicitScheme: 'amqps',
  specs: ['AMQP 1.0 §5.2', 'AMQP 0-9-1'],

  *client() {
    yield* send(TLS);
    const answer = yield* frame(headerFrame);
    if (equalBytes(answer, TLS)) return startTls;
    return answer[4] === TLS[4] ? refused(text(answer)) : absent(text(answer)); // another version of it, or another layer
  },

  server,
  middle: openingMiddle(server, ['HEADER']),
  stead: amqpStead,
  speaksFirst: 'client',
  forgets: ['nothing: no more than the layer was named'],
};

function* server(as: ServerContext): ServerDialogue {
  const heard = yield* frame(headerFrame);
  const isTrigger = equalBytes(heard, TLS);
  if (!isTrigger && isApplications(as, 'HEADER')) return handover(text(heard));
  yield* send(as.secured ? SASL : TLS); // the go-ahead, or the layer that is wanted instead [AMQP 1.0 §2.2]
  return isTrigger && !as.secured ? startTls : closed(text(heard));
}
