import { latin1, text, toHex } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  closed,
  elementFrame,
  type Framer,
  frame,
  type Handover,
  handover,
  isApplications,
  NONCE_OCTETS,
  notTheProtocol,
  type Profile,
  refused,
  type Scope,
  type ServerContext,
  type Service,
  send,
  startTls,
  streamHeadFrame,
  type Verdict,
} from '../talk/index.ts';
import { is, type Read, read, STREAMS, TLS, xmppMiddle } from './xmpp-middle.ts';

/** Chat, between a person's client and the server. */
export const xmppClient: Profile = xmpp('jabber:client', {
  name: 'xmpp-client',
  service: 'xmpp-client',
  ports: { plain: [5222], tls: [] },
  alpn: ['xmpp-client'],
  specs: ['RFC 6120', 'RFC 7590', 'XEP-0368'],
});

/** Chat, between servers. */
export const xmppServer: Profile = xmpp('jabber:server', {
  name: 'xmpp-server',
  service: 'xmpp-server',
  ports: { plain: [5269], tls: [] },
  alpn: ['xmpp-server'],
  specs: ['RFC 6120', 'RFC 7590', 'XEP-0368'],
});

/** Two documents that grow; over TLS both begin anew. Nothing in them says who is asking. [RFC6120 §5.4] */
function xmpp(content: string, about: Service): Profile {
  const scope: Scope = { '': content, stream: STREAMS };
  const head = (attributes: string): string =>
    `<?xml version='1.0'?><stream:stream xmlns='${content}' xmlns:stream='${STREAMS}' ${attributes} version='1.0'>`;

  return {
    ...about,
    *client({ host }) {
      yield* send(latin1(head(`to='${quoted(host)}'`)));
      const opened = yield* take(streamHeadFrame, {});
      if (!is(opened.element, STREAMS, 'stream')) return notTheProtocol(opened.whole);
      const { version } = opened.element?.attributes ?? {};
      if (version === undefined) return absent(opened.whole); // [RFC6120 §4.7.5]
      const features = yield* take(elementFrame, opened.scope);
      if (is(features.element, STREAMS, 'error')) return closed(features.whole);
      if (!is(features.element, STREAMS, 'features')) return notTheProtocol(features.whole);
      if (!features.element?.children.some((each) => is(each, TLS, 'starttls'))) return absent(features.whole);
      yield* send(latin1(`<starttls xmlns='${TLS}'/>`));
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
        const features = `<starttls xmlns='${TLS}'><required/></starttls>`;
        yield* send(
          latin1(
            `${head(`from='${quoted(as.host)}' id='${toHex(as.nonce ?? new Uint8Array(NONCE_OCTETS))}'`)}<stream:features>${features}</stream:features>`,
          ),
        );
      }
      const whole = text(yield* frame(as.secured === true ? headOrElementFrame : elementFrame));
      return opensStream(whole) ? handover(whole) : yield* answered(whole, scope, as);
    },
    middle: xmppMiddle(content, answered),
    stead: {
      greeting: () => '',
      *turnAway(why) {
        const words = `<remote-connection-failed xmlns='${ERRORS}'/><text xmlns='${ERRORS}'>${quoted(why)}</text>`;
        yield* send(latin1(`${head("id='0'")}<stream:error>${words}</stream:error></stream:stream>`));
        return closed('');
      },
    },
    speaksFirst: 'client',
    forgets: ['features', 'the id of the stream', 'authentication'],
  };
}

/** What a server says to one element, and what it comes to. */
function* answered(whole: string, scope: Scope, as: ServerContext): Conversation<Verdict | Handover, 'server'> {
  const { element } = read(whole, scope);
  const isTrigger = is(element, TLS, 'starttls');
  if (isTrigger && !as.secured) {
    yield* send(latin1(`<proceed xmlns='${TLS}'/>`));
    return startTls;
  }
  if (element === undefined) return whole.trimStart().startsWith('</') ? closed(whole) : notTheProtocol(whole);
  if (!isTrigger && isApplications(as, element.name.toUpperCase())) return handover(whole);
  yield* send(latin1(isTrigger ? `<failure xmlns='${TLS}'/></stream:stream>` : DEMAND));
  return closed(whole);
}

/** Over TLS the client opens a new stream, and only it knows when: its head is the application's. [RFC6120 §5.4.3.3] */
const headOrElementFrame: Framer = (buffer) =>
  (opensStream(text(buffer.subarray(0, STREAM.length))) ? streamHeadFrame : elementFrame)(buffer);
const STREAM = '<stream:stream';
const opensStream = (heard: string): boolean => heard.startsWith('<?') || heard.startsWith(STREAM);

const ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
const DEMAND = `<stream:error><policy-violation xmlns='${ERRORS}'/></stream:error></stream:stream>`;

const quoted = (host: string): string =>
  host.replaceAll('&', '&amp;').replaceAll("'", '&apos;').replaceAll('<', '&lt;');

/** Takes one frame, and reads it. */
function* take(framer: Framer, outer: Scope): Conversation<Read & { whole: string }> {
  const whole = text(yield* frame(framer));
  return { ...read(whole, outer), whole };
}
