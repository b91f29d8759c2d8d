import { concatBytes, equalBytes } from '../../bytes/index.ts';
import { closed, frame, type Stead, send } from '../../talk/index.ts';
import { CLASSIC, closing, headerFrame, layerFrame, letIn, mechanisms, PLAIN, SASL } from '../wire/amqp.ts';
import { closeMethod, methodFrame, startMethod } from '../wire/amqp-classic.ts';

/**
 * Lets a client in as far as it takes to tell it why it cannot stay: before that neither version has words. The client may
 * come again; that much "connection forced" says in both. [AMQP 1.0 §2.8.16]
 */
export const amqpStead: Stead = {
  greeting: () => '',
  *turnAway(why) {
    let heard = yield* frame(headerFrame);
    if (equalBytes(heard, CLASSIC)) {
      yield* send(startMethod);
      yield* frame(methodFrame);
      yield* send(closeMethod(why));
      return closed('');
    }
    if (equalBytes(heard, SASL)) {
      yield* send(concatBytes(SASL, mechanisms));
      yield* frame(layerFrame);
      yield* send(letIn);
      heard = yield* frame(headerFrame);
    }
    yield* send(equalBytes(heard, PLAIN) ? concatBytes(PLAIN, closing(why)) : PLAIN);
    return closed('');
  },
};
