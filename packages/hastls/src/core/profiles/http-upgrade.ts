import {
  absent,
  closed,
  firstWord,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  say,
  startTls,
} from '../talk/index.ts';
import { httpStead } from './stead/http.ts';
import { type Fields, hasBody, head, members } from './wire/http.ts';

const UPGRADE = 'Upgrade: TLS/1.0'; // the token's only form; the handshake settles the version [RFC2817 §3.1]

/**
 * The web, upgraded in-band. It is in no list of services and has to be asked for by name: whoever sits in the way can
 * open a connection here, ask one question in clear, and have a browser that meant port 443 go on with it, so that each
 * answer it gets belongs to the question before. [V12] A server with this form must have no port for TLS under the same
 * name or certificate, which is why this profile has none.
 *
 * Only `OPTIONS *` asks: to a request for anything else a server may answer in clear. [RFC2817 §3.2] The answer to it
 * comes over TLS.
 */
export const httpUpgrade: Profile = {
  name: 'http-upgrade',
  service: 'http',
  ports: { plain: [80], tls: [] },
  specs: ['RFC 2817', 'RFC 9110 §7.8'],

  *client({ host }) {
    yield* say('OPTIONS * HTTP/1.1', `Host: ${host}`, UPGRADE, 'Connection: Upgrade', '');
    const { first, fields, whole } = yield* head();
    const [version, status = ''] = first.split(' ', 2);
    if (version !== 'HTTP/1.1') return version === 'HTTP/1.0' ? absent(whole) : notTheProtocol(whole);
    if (status === '101') return listsTls(fields) ? startTls : notTheProtocol(whole);
    if (/^[2-5]\d\d$/.test(status)) return REFUSALS.includes(status) ? refused(whole) : absent(whole);
    return notTheProtocol(whole);
  },

  *server(as) {
    const { first, fields, whole } = yield* head();
    if (!/^[!-~]+ [!-~]+ HTTP\/1\.\d$/.test(first)) return notTheProtocol(whole);
    const isAsked = listsTls(fields) && members(fields, 'connection').includes('upgrade');
    const isTrigger = first === 'OPTIONS * HTTP/1.1' && isAsked && !hasBody(fields);
    if (isTrigger && !as.secured) {
      yield* say('HTTP/1.1 101 Switching Protocols', `${UPGRADE}, HTTP/1.1`, 'Connection: Upgrade', '');
      return startTls;
    }
    if (as.secured || isApplications(as, firstWord(first))) return handover(whole);
    yield* say(
      'HTTP/1.1 426 Upgrade Required',
      `${UPGRADE}, HTTP/1.1`,
      'Connection: Upgrade, close',
      'Content-Length: 0',
      '',
    );
    return closed(whole); // a body may be on its way, and is no request
  },
  stead: httpStead,
  speaksFirst: 'server',
  forgets: ['everything but the question, which is answered over TLS'],
};

const REFUSALS: readonly string[] = ['426', '503'];

const listsTls = (fields: Fields): boolean => members(fields, 'upgrade').some((each) => /^tls\/1\.\d$/.test(each));
