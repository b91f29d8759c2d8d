import { type Profile, trigger97 } from '../talk/index.ts';
import { manners } from './middle/nntp.ts';
import { replyTo } from './wire/nntp.ts';

/**
 * News with the trigger of 1997, for whoever asks for it by name: its codes have other meanings today. [F7] [S18]
 * A 401 that names a capability says "wrong mode", and is no demand for TLS. [RFC3977 §3.2.1]
 */
export const nntp1997: Profile = trigger97({
  name: 'nntp-1997',
  service: 'nntp',
  ports: { plain: [119], tls: [563] },
  greetings: ['200 Ready', '201 Ready, no posting'],
  ok: '200 Start TLS now',
  required: '401 Please start TLS first',
  requiredUnless: [
    'MODE-READER',
    'READER',
    'IHAVE',
    'STREAMING',
    'POST',
    'NEWNEWS',
    'HDR',
    'OVER',
    'LIST',
    'AUTHINFO',
    'SASL',
    'STARTTLS',
  ],
  unknown: '500 Unknown command',
  reply: replyTo,
  manners: { ...manners, ask: 'CAPABILITIES', withheld: ['STARTTLS'] }, // which is no upgrade of a server of 1997
});
