import { concatBytes, latin1, text } from '../../bytes/index.ts';
import {
  asServer,
  elementFrame,
  type Framer,
  hearClient,
  hearFrom,
  isApplications,
  type Mediation,
  type MediationOutcome,
  type Middle,
  notTheProtocol,
  refused,
  type Scope,
  type ServerContext,
  type ServerDialogue,
  streamHeadFrame,
  tell,
  type Unasked,
  type XmlElement,
} from '../../talk/index.ts';
import { is, read, STREAMS, TLS } from '../wire/xmpp.ts';

const SASL2 = 'urn:xmpp:sasl:2'; // after which no new stream begins [XEP-0388]

/** Features that are not listed as long as the element is refused. */
const HIDES: Readonly<Record<string, readonly string[]>> = {
  AUTH: ['mechanisms'],
  AUTHENTICATE: ['authentication'],
  IQ: ['auth', 'register'],
  RESULT: ['dialback'],
};

/**
 * How chat is followed from the middle: element by element, so that nothing within one is taken for another, until it is
 * known who speaks and the streams begin anew. What is told of the streams' features is made true of us.
 */
export function xmppMiddle(
  content: string,
  answered: (whole: string, scope: Scope, as: ServerContext) => ServerDialogue,
): Middle {
  /** Between clients passwords travel in questions too; between servers it is a key that the other one calls back about. */
  const secrets = content === 'jabber:client' ? ['AUTH', 'AUTHENTICATE', 'IQ'] : ['AUTH', 'RESULT'];
  /** What only those say who are known. */
  const stanzas = content === 'jabber:client' ? ['message', 'presence'] : ['message', 'presence', 'iq'];

  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    let head = yield* hearClient(streamHeadFrame);
    for (let isKnown = false; ; isKnown = true) {
      const asked = read(text(head), {});
      if (!is(asked.element, STREAMS, 'stream')) return notTheProtocol(text(head));
      yield* tell('backend', head);
      const answer = yield* hearFrom('backend', streamHeadFrame);
      const opened = read(text(answer), {});
      if (!is(opened.element, STREAMS, 'stream')) return refused(text(answer));
      yield* tell('client', answer);
      const listsFeatures = [asked, opened].every(({ element }) => element?.attributes['version'] !== undefined);
      if (listsFeatures) yield* tell('client', edit(yield* hearFrom('backend', elementFrame), opened.scope, as));
      if (isKnown) return RELAY;
      const next = yield* untilKnown(asked.scope, opened.scope, as);
      if (!(next instanceof Uint8Array)) return next;
      head = next;
    }
  }

  /** Passes elements on until the backend knows who speaks, and gives the head of the stream that the client begins then. */
  function* untilKnown(ours: Scope, theirs: Scope, as: ServerContext): Mediation<Uint8Array | MediationOutcome> {
    const seen: { success?: XmlElement } = {};
    const unasked: Unasked = {
      frame: elementFrame,
      pass(said) {
        const { element } = read(text(said), theirs);
        if (element?.name === 'success') seen.success = element;
        return said;
      },
    };
    const next: Framer = (buffer) => {
      if (seen.success === undefined) return elementFrame(buffer);
      return seen.success.namespace === SASL2 ? 1 : streamHeadFrame(buffer);
    };
    for (;;) {
      const heard = yield* hearClient(next, unasked);
      const { success } = seen;
      if (success !== undefined && success.namespace !== SASL2) return heard;
      if (success === undefined) {
        const outcome = yield* asServer(answered(text(heard), ours, as));
        if (outcome.kind !== 'plaintext') return outcome;
      }
      yield* tell('backend', heard);
      const isStanza = stanzas.includes(read(text(heard), ours).element?.name ?? '');
      if (success !== undefined || (isStanza && (as.mode === 'prefer' || as.secured === true))) return RELAY;
    }
  }

  return { mediate, secrets };
}

const RELAY: MediationOutcome = { kind: 'relay' };

/** Makes a list of features true of us. What else stands there, such as an error, is passed on as it is. */
function edit(said: Uint8Array, scope: Scope, as: ServerContext): Uint8Array {
  const { element } = read(text(said), scope);
  const [tag = '', name = ''] = /^\s*<([\w:.-]+)(?:'[^']*'|"[^"]*"|[^'">])*>/.exec(text(said)) ?? [];
  if (element === undefined || !is(element, STREAMS, 'features')) return said;
  const refused = Object.keys(HIDES).filter((each) => !isApplications(as, each));
  const hidden = refused.flatMap((each) => HIDES[each] ?? []);
  const kept: Uint8Array[] = [];
  let at = tag.length;
  for (const each of element.children) {
    const length = elementFrame(said.subarray(at));
    if (!is(each, TLS, 'starttls') && !hidden.includes(each.name)) kept.push(said.subarray(at, at + length));
    at += length;
  }
  const required = refused.includes('AUTH') ? '<required/>' : '';
  const ours = as.secured === true ? '' : `<starttls xmlns='${TLS}'>${required}</starttls>`;
  return concatBytes(latin1(tag.replace(/\/>$/, '>')), latin1(ours), ...kept, latin1(`</${name}>`));
}
