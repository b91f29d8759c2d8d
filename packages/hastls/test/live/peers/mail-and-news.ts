import { type Need, OPENSSL } from './commands.ts';
import { DOVECOT, DOVECOT_STRICT, startDovecot } from './dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './nnrpd.ts';
import { freePorts } from './peer.ts';
import { POSTFIX, startPostfix } from './postfix.ts';
import type { Stage } from './stage.ts';
import type { Certificate } from './test-ca.ts';

/** One service of a real server, with the doors it can be reached through. */
export interface LiveService {
  readonly scheme: string;
  /** Offers the in-band upgrade, and goes on without it. */
  readonly inBand: number;
  /** The same, but nothing of worth is done before the upgrade; on an address of its own if need be. */
  readonly strict: { readonly port: number; readonly address: string };
  /** TLS from the first octet. */
  readonly implicit: number;
  /** A question that needs no login, the end of its answer, and the way to take one's leave. */
  readonly ask: string;
  readonly answered: RegExp;
  readonly leave: string;
}

export const MAIL_AND_NEWS: readonly Need[] = [OPENSSL, POSTFIX, DOVECOT, NNRPD];

/** Postfix, Dovecot and nnrpd, with this certificate, and all that can be asked of them. */
export async function startMailAndNews(stage: Stage, certificate: Certificate): Promise<readonly LiveService[]> {
  const [may = 0, encrypt = 0, submission = 0, implicit = 0, none = 0, ...more] = await freePorts(14);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, nntp = 0, nntps = 0, sieve = 0] = more;
  const news = await prepareNews(stage.home, certificate);
  await Promise.all([
    stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission, implicit, none })),
    stage.keep(startDovecot(stage.home, certificate, { imap, imaps, pop3, pop3s, lmtp, lmtps, sieve })),
    stage.keep(startNnrpd(news, { port: nntp, implicit: false })),
    stage.keep(startNnrpd(news, { port: nntps, implicit: true })),
  ]);
  const at = (port: number, address = '127.0.0.1') => ({ port, address });
  const esmtp = { ask: 'EHLO client.invalid', answered: /^250 /m, leave: 'QUIT' };
  const lhlo = { ...esmtp, ask: 'LHLO client.invalid' };
  const capability = { ask: 'q CAPABILITY', answered: /^q OK/m, leave: 'q LOGOUT' };
  const capa = { ask: 'CAPA', answered: /^\.$/m, leave: 'QUIT' };
  const capabilities = { ...capa, ask: 'CAPABILITIES' };
  return [
    { scheme: 'smtp', inBand: may, strict: at(encrypt), implicit, ...esmtp },
    { scheme: 'submission', inBand: submission, strict: at(submission), implicit, ...esmtp },
    { scheme: 'lmtp', inBand: lmtp, strict: at(lmtp), implicit: lmtps, ...lhlo },
    { scheme: 'imap', inBand: imap, strict: at(imap, DOVECOT_STRICT), implicit: imaps, ...capability },
    { scheme: 'pop3', inBand: pop3, strict: at(pop3, DOVECOT_STRICT), implicit: pop3s, ...capa },
    { scheme: 'nntp', inBand: nntp, strict: at(nntp), implicit: nntps, ...capabilities },
  ];
}
