import { closed, type Stead, say } from '../../talk/index.ts';
import { head } from '../wire/http.ts';

/** [RFC9110 §15.6.4] */
export const httpStead: Stead = {
  *turnAway(why) {
    const { whole } = yield* head();
    const body = `${why}\r\n`;
    yield* say(
      ...['HTTP/1.1 503 Service Unavailable', 'Content-Type: text/plain', 'Connection: close'],
      ...[`Content-Length: ${body.length}`, '', why],
    );
    return closed(whole);
  },
};
