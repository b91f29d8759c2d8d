import {
  counted,
  type LineManners,
  lineMiddle,
  type Meanings,
  type Middle,
  type Profile,
  replyFrame,
  verb,
} from '../../talk/index.ts';

/**
 * How mail is followed from the middle. A message comes after 354, or in chunks that say how long they are; whoever
 * accepts LMTP answers it once for each recipient. [RFC5321 §4.1.1.4] [RFC3030] [RFC2033 §4.2]
 */
export const mailMiddle = (hello: 'EHLO' | 'LHLO', server: Profile['server'], greeting: Meanings): Middle =>
  lineMiddle({ server, upgrade: 'STARTTLS', greeting, reply: replyFrame, ask: hello }, manners(hello));

const manners = (hello: 'EHLO' | 'LHLO'): LineManners => ({
  secrets: ['AUTH'],
  unknown: '500 5.5.2 Unknown command',
  withheld: ['XCLIENT', 'XFORWARD', 'TURN', 'ATRN'],
  hides: { AUTH: ['AUTH'] },

  follow() {
    let recipients = 0;
    let chunks = false; // whether the backend knows them: to one who does not, a chunk is commands
    return (command) => {
      const word = verb(command);
      const [chunk, size, last] = /^BDAT (\d{1,15})( LAST)? *$/i.exec(command) ?? [];
      if (word === 'BDAT' && (chunk === undefined || !chunks)) return 'unclear';
      const replies = () => (hello === 'LHLO' ? Math.max(1, recipients) : 1);
      let owed = last === undefined ? 1 : replies();

      return {
        ...(size !== undefined && { sends: counted(Number(size)) }),
        next(reply) {
          if (word === 'DATA' && reply.startsWith('354')) {
            owed = replies();
            return 'message';
          }
          if (reply.startsWith('334')) return 'line'; // a challenge [RFC4954 §4]
          if (reply.startsWith('3') || (chunk !== undefined && /^50[02]/.test(reply))) return 'unknown';
          owed -= 1;
          if (owed > 0) return 'reply';
          if (word === hello) chunks = /^250[- ]CHUNKING\b/im.test(reply);
          if (word === 'RCPT') recipients += reply.startsWith('2') ? 1 : 0;
          else if (FORGETTERS.includes(word) || last !== undefined) recipients = 0;
          return 'command';
        },
      };
    };
  },
});

const FORGETTERS: readonly string[] = ['EHLO', 'LHLO', 'HELO', 'MAIL', 'RSET', 'DATA'];
