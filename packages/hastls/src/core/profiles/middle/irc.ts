import { latin1, text } from '../../bytes/index.ts';
import {
  anyLineFrame,
  asServer,
  isApplications,
  type Middle,
  type Profile,
  type ServerContext,
  tell,
  type Unasked,
} from '../../talk/index.ts';

/**
 * How chat is followed from the middle: line by line, each side for itself, as nobody says what an answer belongs to. The
 * backend's list of capabilities is made true of us, and so is its advice to come back by TLS elsewhere. [IRCv3 sts]
 */
export function ircMiddle(server: Profile['server'], demand: string): Middle {
  return {
    *mediate(as) {
      const unasked: Unasked = { frame: anyLineFrame, pass: (said) => latin1(edit(text(said), as)) };
      const say = (words: string) => tell('client', latin1(`${words.replaceAll('{host}', () => as.host)}\r\n`));
      for (;;) {
        const heard = yield* asServer(server({ ...as, greeted: true }), unasked);
        if (heard.kind !== 'plaintext') return heard;
        // Tags and a name may stand before a command, which the server's side takes for the command.
        const command = COMMAND.exec(heard.heard)?.[1]?.toUpperCase();
        if (command === undefined || command === 'STARTTLS') yield* say(':{host} 421 * :Unknown command');
        else if (isApplications(as, command)) yield* tell('backend', latin1(`${heard.heard}\r\n`));
        else yield* say(demand);
      }
    },
    secrets: ['PASS', 'AUTHENTICATE', 'OPER'],
  };
}

/** What a backend lists, or says that is new: our upgrade instead of its own, and no mechanisms where they are refused. */
function edit(said: string, as: ServerContext): string {
  return said.replace(LISTED, (_, head: string, goesOn: string | undefined, words: string) => {
    const kept = words.split(' ').filter((each) => {
      const [name = ''] = each.split('=', 1);
      return name !== '' && !/^(tls|sts)$/i.test(name) && (name !== 'sasl' || isApplications(as, 'AUTHENTICATE'));
    });
    const isList = /\bLS $/i.test(head) && goesOn === undefined;
    return `${head}${goesOn ?? ''}:${[...kept, ...(isList && as.secured !== true ? ['tls'] : [])].join(' ')}`;
  });
}

const COMMAND = /^(?:@[^ \r\0]+ +)?(?::[^ \r\0]+ +)?([A-Za-z]+|\d{3})(?: [^\r\0]*)?$/;
const LISTED = /^((?:@\S+ +)?(?::\S+ +)?CAP +\S+ +(?:LS|NEW) )(\* )?:?([^\r\n]*)/i;
