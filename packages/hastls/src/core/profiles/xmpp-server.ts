import type { Profile } from '../talk/index.ts';
import { xmpp } from './xmpp.ts';

/** Chat, between servers. */
export const xmppServer: Profile = xmpp('jabber:server', {
  name: 'xmpp-server',
  service: 'xmpp-server',
  ports: { plain: [5269], tls: [] },
  alpn: ['xmpp-server'],
  specs: ['RFC 6120', 'RFC 7590', 'XEP-0368'],
});
