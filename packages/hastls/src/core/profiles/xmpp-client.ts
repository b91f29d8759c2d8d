import type { Profile } from '../talk/index.ts';
import { xmpp } from './xmpp.ts';

/** Chat, between a person's client and the server. */
export const xmppClient: Profile = xmpp('jabber:client', {
  name: 'xmpp-client',
  service: 'xmpp-client',
  ports: { plain: [5222], tls: [] },
  alpn: ['xmpp-client'],
  specs: ['RFC 6120', 'RFC 7590', 'XEP-0368'],
});
