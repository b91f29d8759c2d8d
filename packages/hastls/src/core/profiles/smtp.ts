import type { Profile } from '../talk/index.ts';
import { mail } from './mail.ts';

/** Mail between hosts. A public server must not insist on TLS for its own domains, only prefer it. [A38] [RFC3207 §4] */
export const smtp: Profile = mail('EHLO', {
  name: 'smtp',
  service: 'smtp',
  ports: { plain: [25], tls: [] },
  servesStrangers: true, // [RFC3207 §4]
  specs: ['RFC 3207', 'RFC 5321'],
});
