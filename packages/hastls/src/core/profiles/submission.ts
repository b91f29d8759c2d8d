import type { Profile } from '../talk/index.ts';
import { mail } from './mail.ts';

/** Mail as its author hands it in: SMTP's dialogue, but a service of its own, with a port for implicit TLS. [A16] */
export const submission: Profile = mail('EHLO', {
  name: 'submission',
  service: 'submission',
  ports: { plain: [587], tls: [465] },
  implicitScheme: 'submissions',
  specs: ['RFC 6409', 'RFC 8314', 'RFC 3207'],
});
