import type { Need } from './commands.ts';
import { OPENSSL } from './commands.ts';
import { DOVECOT, DOVECOT_STRICT, startDovecot } from './dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './nnrpd.ts';
import { freePorts } from './peer.ts';
import { POSTFIX, startPostfix } from './postfix.ts';
import type { Stage } from './stage.ts';
import type { Certificate } from './test-ca.ts';

/** One service of a real server, with the doors it can be reached through. */
export interface LiveService {
  readonly scheme: string;
  /** The front of its owner names. */
  readonly labels: string;
  /** Offers the in-band upgrade, and goes on without it. */
  readonly inBand: number;
  /** The same, but nothing of worth is done before the upgrade; on an address of its own if need be. */
  readonly strict: { readonly port: number; readonly address: string };
  /** TLS from the first octet. */
  readonly implicit: number;
  /** A question that needs no login, and the end of its answer. */
  readonly ask: string;
  readonly answered: RegExp;
}

export const MAIL_AND_NEWS: readonly Need[] = [OPENSSL, POSTFIX, DOVECOT, NNRPD];

/** Postfix, Dovecot and nnrpd, with this certificate, and all that can be asked of them. */
export async function startMailAndNews(stage: Stage, certificate: Certificate): Promise<readonly LiveService[]> {
  const [may = 0, encrypt = 0, submission = 0, implicit = 0, none = 0, ...more] = await freePorts(13);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, nntp = 0, nntps = 0] = more;
  const news = await prepareNews(stage.home, certificate);
  await Promise.all([
    stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission, implicit, none })),
    stage.keep(startDovecot(stage.home, certificate, { imap, imaps, pop3, pop3s, lmtp, lmtps })),
    stage.keep(startNnrpd(news, { port: nntp, implicit: false })),
    stage.keep(startNnrpd(news, { port: nntps, implicit: true })),
  ]);
  const at = (port: number, address = '127.0.0.1') => ({ port, address });
  const [ehlo, replied] = ['EHLO client.invalid', /^250 /m];
  const dotted = /^\.$/m;
  return [
    service('smtp', may, at(encrypt), implicit, ehlo, replied),
    service('submission', submission, at(submission), implicit, ehlo, replied),
    service('lmtp', lmtp, at(lmtp), lmtps, 'LHLO client.invalid', replied),
    service('imap', imap, at(imap, DOVECOT_STRICT), imaps, 'q CAPABILITY', /^q OK/m),
    service('pop3', pop3, at(pop3, DOVECOT_STRICT), pop3s, 'CAPA', dotted),
    service('nntp', nntp, at(nntp), nntps, 'CAPABILITIES', dotted),
  ];
}

const service = (
  scheme: string,
  inBand: number,
  strict: LiveService['strict'],
  implicit: number,
  ask: string,
  answered: RegExp,
): LiveService => ({ scheme, labels: `_${scheme}._tcp`, inBand, strict, implicit, ask, answered });
