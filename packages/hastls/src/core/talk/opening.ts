import { handover, wordless } from './conversation.ts';
import { firstWord, line } from './lines.ts';
import { failure, type Meanings } from './meanings.ts';
import type { PlainSession } from './profile.ts';

/** How a session opens where nothing but the greeting is said, if there is one, and nothing again over TLS. */
export const openedByGreeting = (greeting: Meanings | undefined): Pick<PlainSession, 'open' | 'reopen'> => ({
  *open() {
    if (greeting === undefined) return handover('');
    const said = yield* line();
    return failure(greeting, firstWord(said), said) ?? handover(said);
  },
  reopen: () => wordless(handover('')),
});
