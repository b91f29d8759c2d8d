import { latin1, text, toHex } from '../bytes/index.ts';
import {
  absent,
  closed,
  elementFrame,
  frame,
  frameStead,
  handover,
  isApplications,
  NONCE_OCTETS,
  notTheProtocol,
  type Profile,
  refused,
  type Scope,
  type ServerContext,
  type ServerDialogue,
  type Service,
  startTls,
  streamHeadFrame,
} from '../talk/index.ts';
import { xmppMiddle } from './middle/xmpp.ts';
import { head, headOrElement, is, opensStream, read, STREAMS, sayXml, streamError, TLS, take } from './wire/xmpp.ts';

/** Two documents that grow; over TLS both begin anew. Nothing in them says who is asking. [RFC6120 §5.4] */
export function xmpp(content: string, about: Service): Profile {
  const scope: Scope = { '': content, stream: STREAMS };

  return {
    ...about,
    *client({ host }) {
      yield* sayXml(head(content, { to: host }));
      const opened = yield* take(streamHeadFrame, {});
      if (!is(opened.element, STREAMS, 'stream')) return notTheProtocol(opened.whole);
      const { version } = opened.element?.attributes ?? {};
      if (version === undefined) return absent(opened.whole); // [RFC6120 §4.7.5]
      const features = yield* take(elementFrame, opened.scope);
      if (is(features.element, STREAMS, 'error')) return closed(features.whole);
      if (!is(features.element, STREAMS, 'features')) return notTheProtocol(features.whole);
      if (!features.element?.children.some((each) => is(each, TLS, 'starttls'))) return absent(features.whole);
      yield* sayXml(`<starttls xmlns='${TLS}'/>`);
      const { element, whole } = yield* take(elementFrame, opened.scope);
      if (is(element, TLS, 'proceed')) return startTls;
      if (is(element, STREAMS, 'error')) return closed(whole);
      return is(element, TLS, 'failure') ? refused(whole) : notTheProtocol(whole);
    },

    *server(as) {
      if (!as.greeted) {
        const { element, whole } = yield* take(streamHeadFrame, {});
        if (!is(element, STREAMS, 'stream')) return notTheProtocol(whole);
        if (isApplications(as, 'STREAM')) return handover(whole);
        const id = toHex(as.nonce ?? new Uint8Array(NONCE_OCTETS));
        yield* sayXml(`${head(content, { from: as.host, id })}${FEATURES}`);
      }
      const whole = text(yield* frame(as.secured === true ? headOrElement : elementFrame));
      return opensStream(whole) ? handover(whole) : yield* answered(whole, scope, as);
    },
    middle: xmppMiddle(content, answered),
    stead: frameStead((why) => latin1(head(content, { id: '0' }) + streamError('remote-connection-failed', why))),
    speaksFirst: 'client',
    forgets: ['features', 'the id of the stream', 'authentication'],
  };
}

const FEATURES = `<stream:features><starttls xmlns='${TLS}'><required/></starttls></stream:features>`;

/** What a server says to one element, and what it comes to. */
function* answered(whole: string, scope: Scope, as: ServerContext): ServerDialogue {
  const { element } = read(whole, scope);
  const isTrigger = is(element, TLS, 'starttls');
  if (isTrigger && !as.secured) {
    yield* sayXml(`<proceed xmlns='${TLS}'/>`);
    return startTls;
  }
  if (element === undefined) return whole.trimStart().startsWith('</') ? closed(whole) : notTheProtocol(whole);
  if (!isTrigger && isApplications(as, element.name.toUpperCase())) return handover(whole);
  yield* sayXml(isTrigger ? `<failure xmlns='${TLS}'/></stream:stream>` : streamError('policy-violation'));
  return closed(whole);
}
