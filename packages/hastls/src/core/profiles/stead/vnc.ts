import { latin1 } from '../../bytes/index.ts';
import { closed, type Stead, send } from '../../talk/index.ts';
import { farewell, spoken, VERSION, version } from '../wire/vnc.ts';

/** In the place of the list of types; in the form of old that is one number of four octets. [RFC6143 §7.1.2] [RFC6143 §A] */
export const vncStead: Stead = {
  *turnAway(why) {
    yield* send(latin1(VERSION));
    const chosen = yield* version();
    yield* send(farewell(spoken(chosen) === undefined ? 'old version' : 'version', why));
    return closed(chosen);
  },
};
