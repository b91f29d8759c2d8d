import type { Profile } from '../talk/index.ts';
import { mail } from './mail.ts';

/** Mail into the local store: SMTP's dialogue, but for the word for hello. */
export const lmtp: Profile = mail('LHLO', {
  name: 'lmtp',
  service: 'lmtp',
  ports: { plain: [24], tls: [] },
  specs: ['RFC 2033', 'RFC 3207'],
});
