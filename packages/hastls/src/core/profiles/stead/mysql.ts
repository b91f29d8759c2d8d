import { latin1 } from '../../bytes/index.ts';
import { frameStead, type Stead } from '../../talk/index.ts';
import { packetOf } from '../wire/mysql.ts';

const REFUSED = '\xff\x10\x04#08004'; // 1040, as to one who is too many: another time it may go well

/** Instead of a greeting, whose salt nobody else can know. */
export const mysqlStead: Stead = {
  turnAway: frameStead((why) => packetOf(0, latin1(`${REFUSED}${why}`.slice(0, 255)))).turnAway,
};
