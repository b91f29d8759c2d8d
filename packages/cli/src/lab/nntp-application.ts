import { type Application, bye, says, words } from './application.ts';

/** A server without news, for anybody. */
export const nntpApplication: Application = {
  name: 'nntp',
  greeting: '200 {host} ready',
  visit: (secret) => [
    { say: 'AUTHINFO USER user', hears: /^381 / },
    { say: `AUTHINFO PASS ${secret}`, hears: /^281 / },
    { say: 'QUIT', hears: /^205 / },
  ],
  session: () => (command, upgradable) => {
    const [verb, rest] = words(command);
    switch (verb) {
      case 'CAPABILITIES':
        return says('101 Capabilities follow', 'VERSION 2', 'READER', ...(upgradable ? ['STARTTLS'] : []), '.');
      case 'MODE':
        return says('200 Ready');
      case 'AUTHINFO':
        return /^user /i.test(rest) ? says('381 Password please') : says('281 Welcome, whoever you are');
      case 'LIST':
        return says('215 Nothing follows', '.');
      case 'GROUP':
        return says('411 No such group');
      case 'QUIT':
        return bye('205 Bye');
      default:
        return says('500 Unknown command');
    }
  },
};

/** The same as it might have looked in 1997: nobody lists what he can do. */
export const nntp1997Application: Application = {
  ...nntpApplication,
  name: 'nntp-1997',
  session() {
    const answer = nntpApplication.session();
    return (command, upgradable) =>
      words(command)[0] === 'CAPABILITIES' ? says('500 Unknown command') : answer(command, upgradable);
  },
};
