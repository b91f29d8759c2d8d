import { dotted, type LineManners, verb } from '../../talk/index.ts';
import { opensBlock } from '../wire/nntp.ts';

/** How news is followed from the middle: articles go either way, asked for or not. */
export const manners: LineManners = {
  secrets: ['AUTHINFO'],
  unknown: '500 Unknown command',
  opaque: ['COMPRESS', 'XFEATURE'],
  hides: { AUTHINFO: ['AUTHINFO', 'SASL'] },
  follow: (as) => (command) => ({
    ...(verb(command) === 'TAKETHIS' && { sends: dotted() }), // [RFC4644 §2.5]
    next(answer) {
      const code = answer.slice(0, 3);
      if (code === '335' || code === '340') return 'message';
      if (code === '383') return 'line'; // a challenge [RFC4643 §2.4]
      if (code.startsWith('3') && code !== '381') return 'unknown';
      if (opensBlock(command, answer)) return 'block';
      return as.secured === true && verb(command) === 'AUTHINFO' && code.startsWith('2') ? 'relay' : 'command';
    },
  }),
};
