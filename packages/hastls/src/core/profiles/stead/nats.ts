import { closed, line, type Stead, say } from '../../talk/index.ts';
import { ABOUT, writeInfo } from '../wire/nats.ts';

/** Clients listen to an error only when they have said who they are. What the server tells about itself is not ours to say. */
export const natsStead: Stead = {
  *turnAway(why) {
    yield* say(writeInfo(ABOUT));
    yield* line();
    yield* say(`-ERR '${why.replaceAll("'", '`')}'`);
    return closed('');
  },
};
