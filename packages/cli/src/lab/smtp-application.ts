import { type Application, base64, bye, type Said, says, words } from './application.ts';

/** Takes any mail from anybody, and any password. */
export const smtpApplication: Application = {
  name: 'smtp',
  greeting: '220 {host} ESMTP',
  visit: (secret) => [
    { say: 'EHLO user.invalid', hears: /^250[ -]/ },
    { say: `AUTH PLAIN ${base64(`\0user\0${secret}`)}`, hears: /^235 / },
    { say: 'QUIT', hears: /^221 / },
  ],
  session() {
    let reading: 'commands' | 'message' | 'password' = 'commands';
    return (command, upgradable) => {
      if (reading === 'message') {
        if (command !== '.') return says();
        reading = 'commands';
        return says('250 2.0.0 Taken, and thrown away');
      }
      if (reading === 'password') {
        reading = 'commands';
        return AUTHENTICATED;
      }
      const [verb, rest] = words(command);
      switch (verb) {
        case 'EHLO':
          return says('250-lab', ...(upgradable ? ['250-STARTTLS'] : []), '250 AUTH PLAIN');
        case 'AUTH':
          if (rest.includes(' ')) return AUTHENTICATED;
          reading = 'password';
          return says('334 ');
        case 'DATA':
          reading = 'message';
          return says('354 End with a dot');
        case 'HELO':
        case 'MAIL':
        case 'RCPT':
        case 'RSET':
        case 'NOOP':
          return says('250 2.0.0 OK');
        case 'QUIT':
          return bye('221 2.0.0 Bye');
        default:
          return says('502 5.5.1 Unknown command');
      }
    };
  },
};

const AUTHENTICATED: Said = says('235 2.7.0 Welcome, whoever you are');
