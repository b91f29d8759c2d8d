import { type LineManners, verb } from '../../talk/index.ts';
import { listsLines } from '../wire/pop3.ts';

/** How a mailbox that is fetched is followed from the middle. */
export const manners: LineManners = {
  secrets: ['USER', 'PASS', 'APOP', 'AUTH'],
  unknown: '-ERR Unknown command',
  hides: { USER: ['USER'], PASS: ['USER'], AUTH: ['SASL'] },
  follow: (as) => (command) => ({
    next(reply) {
      if (/^\+(?: |\s*$)/.test(reply)) return 'line'; // a challenge [RFC5034 §4]
      if (!reply.startsWith('+OK')) return 'command';
      if (listsLines(command)) return 'block';
      return as.secured === true && ['PASS', 'APOP', 'AUTH'].includes(verb(command)) ? 'relay' : 'command';
    },
  }),
};
