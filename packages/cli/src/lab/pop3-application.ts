import { type Application, bye, says, words } from './application.ts';

/** One empty maildrop, open to anybody. */
export const pop3Application: Application = {
  name: 'pop3',
  greeting: '+OK {host} ready',
  visit: (secret) => [
    { say: 'USER user', hears: /^\+OK/ },
    { say: `PASS ${secret}`, hears: /^\+OK/ },
    { say: 'QUIT', hears: /^\+OK/ },
  ],
  session: () => (command, upgradable) => {
    const [verb, rest] = words(command);
    switch (verb) {
      case 'CAPA':
        return says('+OK', 'USER', 'UIDL', ...(upgradable ? ['STLS'] : []), '.');
      case 'STAT':
        return says('+OK 0 0');
      case 'LIST':
      case 'UIDL':
        return rest === '' ? says('+OK', '.') : says('-ERR No such message');
      case 'USER':
      case 'PASS':
      case 'NOOP':
      case 'RSET':
        return says('+OK');
      case 'QUIT':
        return bye('+OK Bye');
      default:
        return says('-ERR Unknown command');
    }
  },
};
