import { type Application, bye, says, words } from './application.ts';

/** One empty mailbox, open to anybody. */
export const imapApplication: Application = {
  name: 'imap',
  greeting: '* OK {host} ready',
  visit: (secret) => [
    { say: `u1 LOGIN user "${secret}"`, hears: /^u1 OK/m },
    { say: 'u2 LIST "" "*"', hears: /^u2 OK/m },
    { say: 'u3 LOGOUT', hears: /^u3 OK/m },
  ],
  session() {
    let waiting: string | undefined;
    return (line, upgradable) => {
      if (waiting !== undefined) {
        const tag = waiting;
        waiting = undefined;
        return says(`${tag} OK Welcome, whoever you are`);
      }
      const [tag = '*'] = line.split(' ', 1);
      const [verb, rest] = words(line.slice(tag.length + 1));
      const done = `${tag} OK Done`;
      switch (verb) {
        case 'CAPABILITY':
          return says(`* CAPABILITY IMAP4rev1 AUTH=PLAIN${upgradable ? ' STARTTLS' : ''}`, done);
        case 'LOGIN':
          return says(`${tag} OK Welcome, whoever you are`);
        case 'AUTHENTICATE':
          if (rest.includes(' ')) return says(done);
          waiting = tag;
          return says('+ ');
        case 'LIST':
        case 'LSUB':
          return says(`* ${verb} () "/" INBOX`, done);
        case 'NAMESPACE':
          return says('* NAMESPACE (("" "/")) NIL NIL', done);
        case 'SELECT':
        case 'EXAMINE':
          return says('* 0 EXISTS', '* 0 RECENT', '* FLAGS ()', '* OK [UIDVALIDITY 1] One', done);
        case 'ID':
          return says('* ID ("name" "hastls lab")', done);
        case 'NOOP':
        case 'CLOSE':
          return says(done);
        case 'LOGOUT':
          return bye('* BYE', done);
        default:
          return says(`${tag} BAD Unknown command`);
      }
    };
  },
};
