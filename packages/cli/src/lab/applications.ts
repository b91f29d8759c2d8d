import type { Application } from './application.ts';
import { imapApplication } from './imap-application.ts';
import { nntp1997Application, nntpApplication } from './nntp-application.ts';
import { pop3Application } from './pop3-application.ts';
import { smtpApplication } from './smtp-application.ts';

/** The services of the lab: each is a profile of the library with something behind it. */
export const applications: readonly Application[] = [
  smtpApplication,
  imapApplication,
  pop3Application,
  nntpApplication,
  nntp1997Application,
];
