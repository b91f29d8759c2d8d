import { closed, type Stead, send } from '../../talk/index.ts';
import { congested, take } from '../wire/rdp.ts';

/** By the layer beneath, whose refusal may have a reason and words. */
export const rdpStead: Stead = {
  *turnAway(why) {
    const { whole } = yield* take();
    yield* send(congested(why));
    return closed(whole);
  },
};
