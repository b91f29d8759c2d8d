/** The words by which somebody who knows a protocol attacks its upgrade. `{tag}` stands for the client's tag. */
export interface Weapons {
  /** The offer of the upgrade, in what a server says. None: nothing is offered, the client just asks. */
  readonly offer?: RegExp;
  /** The client's command. */
  readonly trigger: RegExp;
  readonly goAhead: string;
  readonly unknown: string;
  readonly refusal: string;
  /** TLS is wanted first: said to a command that is none of `openings`. */
  readonly demand: string;
  /** Whether a client answers the demand with a ClientHello at once, and does not ask for TLS. [S9] */
  readonly helloFollowsDemand?: true;
  /** Commands by which clients find out what a server can do; behind a tag, if there are any. */
  readonly openings: RegExp;
  /** Slipped in behind the go-ahead, to be taken for words said over TLS. [V4] */
  readonly injection: string;
}

export const weapons: Readonly<Record<string, Weapons>> = {
  smtp: {
    offer: /STARTTLS/i,
    trigger: /^STARTTLS$/i,
    goAhead: '220 2.0.0 Go ahead',
    unknown: '502 5.5.1 Unknown command',
    refusal: '454 4.7.0 TLS is not available just now',
    demand: '538 5.7.11 Encryption is required: STARTTLS first',
    openings: /^(EHLO|HELO)\b/i,
    injection: '250-lab\r\n250 AUTH LOGIN',
  },
  imap: {
    offer: /STARTTLS/i,
    trigger: /^(\S+) STARTTLS$/i,
    goAhead: '{tag} OK Go ahead',
    unknown: '{tag} BAD Unknown command',
    refusal: '{tag} NO TLS is not available just now',
    demand: '{tag} NO [PRIVACYREQUIRED] STARTTLS first',
    openings: /^\S+ CAPABILITY$/i,
    injection: '* CAPABILITY IMAP4rev1 AUTH=LOGIN',
  },
  pop3: {
    offer: /STLS/i,
    trigger: /^STLS$/i,
    goAhead: '+OK Go ahead',
    unknown: '-ERR Unknown command',
    refusal: '-ERR TLS is not available just now',
    demand: '-ERR [SYS/PERM] TLS is required: STLS first',
    openings: /^CAPA$/i,
    injection: '+OK\r\nUSER\r\n.',
  },
  nntp: {
    offer: /STARTTLS/i,
    trigger: /^STARTTLS$/i,
    goAhead: '382 Go ahead',
    unknown: '500 Unknown command',
    refusal: '580 TLS is not available just now',
    demand: '483 Encryption is required: STARTTLS first',
    openings: /^(CAPABILITIES|MODE)\b/i,
    injection: '101 Capabilities follow\r\nAUTHINFO USER\r\n.',
  },
  'nntp-1997': {
    trigger: /^TLS$/i,
    goAhead: '200 Go ahead',
    unknown: '500 Unknown command',
    refusal: '400 TLS is not available just now',
    demand: '401 Please start TLS first',
    helloFollowsDemand: true,
    openings: /^MODE\b/i,
    injection: '200 Ready',
  },
};
