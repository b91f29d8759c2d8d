import { latin1, text } from '../../bytes/text.ts';
import {
  asServer,
  type Framer,
  type Hear,
  type Heard,
  hearFrom,
  lineFrame,
  type Mediation,
  type MediationOutcome,
  type Middle,
  type Place,
  type Profile,
  refused,
  type ServerContext,
  tell,
  type Unasked,
  verb,
} from '../../talk/index.ts';
import { replyFrame } from '../wire/ftp.ts';

/**
 * How FTP is followed from the middle. Each transfer has a connection of its own: the client is told of a port of ours
 * in place of the backend's, and over TLS that one has TLS too or is not opened. Only the client may ask for such a
 * port: a server that connects to where it is told can be told anything. [RFC2577 §3]
 */
export function ftpMiddle(server: Profile['server']): Middle {
  const unasked: Unasked = { frame: replyFrame, pass: (said) => said };

  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    const greeting = yield* hearFrom('backend', replyFrame);
    if (!text(greeting).startsWith('220')) return refused(text(greeting));
    if (as.greeted !== true) yield* tell('client', greeting);
    const data: Data = { isSized: false, isPrivate: false };
    for (;;) {
      const heard = yield* asServer(server({ ...as, greeted: true }), unasked);
      if (heard.kind !== 'plaintext') return heard;
      const command = heard.heard.replace(SYNCH, '');
      const isOdd = !WHOLE.test(command) || (command !== heard.heard && !URGENT.test(command));
      const answer = isOdd ? '500 Unknown command' : (ownAnswer(command, data, as) ?? '');
      if (answer !== '') yield* tell('client', latin1(`${answer}\r\n`));
      else if (/^(EPSV( [12])?|PASV) *$/i.test(command)) yield* passive(command, as.secured === true);
      else yield* exchange(command, as);
    }
  }

  /** Asks the backend for a port, in the client's words or in those that it knows, and opens one of ours. */
  function* passive(command: string, secured: boolean): Mediation<void> {
    const form = verb(command) === 'EPSV' ? extended : plain;
    for (const ask of form === extended ? ['EPSV', 'PASV'] : ['PASV', 'EPSV']) {
      yield* tell('backend', latin1(`${ask}\r\n`));
      const answer = text(yield* hearFrom('backend', replyFrame));
      const port = portIn(answer);
      if (port !== undefined) {
        yield { do: 'open', port, secured, tell: (place) => latin1(`${form(place)}\r\n`) };
        return;
      }
      if (!/^5(0[0124]|22)/.test(answer)) return yield* tell('client', latin1(answer));
    }
    yield* tell('client', latin1('425 There is no passive mode\r\n'));
  }

  /** Follows one command to its answer: of a transfer that is the second one, and the client may call it off meanwhile. */
  function* exchange(command: string, as: ServerContext): Mediation<void> {
    yield* tell('backend', latin1(`${command}\r\n`));
    for (let frames: Hear['frames'] = { backend: replyFrame }; ; ) {
      const { from, bytes }: Heard = yield { do: 'hear', frames };
      if (from === 'client') {
        yield* tell('backend', latin1(`${text(bytes).replace(SYNCH, '').trimEnd()}\r\n`));
        continue;
      }
      yield* tell('client', verb(command) === 'FEAT' ? features(text(bytes), as) : bytes);
      if (!text(bytes).startsWith('1')) return;
      frames = { backend: replyFrame, client: urgentFrame };
    }
  }

  return {
    mediate,
    secrets: ['USER', 'PASS', 'ACCT'],
    beside: { alpn: 'ftp-data' },
  };
}

/** What a client has agreed on for its data. */
interface Data {
  isSized: boolean;
  isPrivate: boolean;
}

/** The answer to what is no business of the backend's: TLS for data, which is ours, and what is not to be had here. */
function ownAnswer(command: string, data: Data, as: ServerContext): string | undefined {
  const word = verb(command);
  if (word === 'PBSZ' || word === 'PROT') return protection(command, data, as);
  if (ACTIVE.includes(word)) return '500 There is no active mode here: EPSV or PASV';
  if (WITHHELD.includes(word)) return '502 That is not to be had here';
  if (MOVES.includes(word) && as.secured === true && !data.isPrivate) return '521 Data need TLS as well: PROT P first';
  return undefined;
}

/** Over TLS data are private, or there are none. [RFC4217 §9] */
function protection(command: string, data: Data, { secured }: ServerContext): string {
  if (secured !== true) return '503 AUTH TLS first';
  if (verb(command) === 'PBSZ') {
    data.isSized = true;
    return '200 PBSZ=0';
  }
  if (!data.isSized) return '503 PBSZ first';
  if (!/^PROT P *$/i.test(command)) return '504 PROT P is the only one there is';
  data.isPrivate = true;
  return '200 Data are private';
}

/** What the backend can do, and what we can: a server of before RFC 2389 does not know the question. */
function features(answer: string, as: ServerContext): Uint8Array {
  if (!/^(211|50[02])/.test(answer)) return latin1(answer);
  const listed = answer.startsWith('211-') ? answer.trimEnd().split(/\r?\n/).slice(1, -1) : [];
  const kept = listed.filter((each) => !OURS.test(each));
  const ours = [...(as.secured === true ? [] : [' AUTH TLS']), ' PBSZ', ' PROT'];
  return latin1(['211-Features', ...kept, ...ours, '211 End'].map((each) => `${each}\r\n`).join(''));
}

const extended = (place: Place | undefined): string =>
  place === undefined ? NO_PLACE : `229 Entering Extended Passive Mode (|||${place.port}|)`;

/** There is no way to name another address than one of IPv4. [RFC2428 §1] */
function plain(place: Place | undefined): string {
  if (place === undefined || !/^[\d.]+$/.test(place.address)) return NO_PLACE;
  const { address, port } = place;
  return `227 Entering Passive Mode (${address.replaceAll('.', ',')},${port >> 8},${port & 0xff})`;
}

const NO_PLACE = '425 There is no port for data';

/** The port in an answer. An address may be there too: nobody goes there. [V9] */
function portIn(answer: string): number | undefined {
  const [, one] = /^229[ -].*\(\|\|\|(\d{1,5})\|\)/.exec(answer) ?? [];
  const [, high, low] = /^227[ -].*?\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3}),(\d{1,3})/.exec(answer) ?? [];
  const port = one === undefined ? Number(high) * 256 + Number(low) : Number(one);
  return port > 0 && port <= 0xffff ? port : undefined;
}

const MOVES = ['EPSV', 'PASV', 'RETR', 'STOR', 'STOU', 'APPE', 'LIST', 'NLST', 'MLSD'];
const ACTIVE = ['PORT', 'EPRT', 'LPRT'];
/** A security of another kind, and its commands. [RFC2228] */
const WITHHELD = ['AUTH', 'ADAT', 'MIC', 'CONF', 'ENC', 'CCC', 'LPSV'];
const OURS = /^ *(AUTH|PBSZ|PROT|CCC|EPRT|LPRT|LPSV)\b/i;

/** What a client says in the midst of a transfer, and the marks of Telnet that it puts before. [RFC959 §4.1.3] */
const URGENT = /^(ABOR|STAT|QUIT) *$/i;
const SYNCH = /^(?:\xff[\xf4\xf2]?)+/;
const urgentFrame: Framer = (buffer) => {
  const end = lineFrame(buffer);
  const isUrgent = URGENT.test(
    text(buffer.subarray(0, Math.max(end, 0)))
      .replace(SYNCH, '')
      .trimEnd(),
  );
  return end <= 0 || isUrgent ? end : 0; // anything else waits for its turn
};

/** A word, and spaces behind it: what some servers split at a lone CR is one word to others. */
const WHOLE = /^[!-~]+(?: [^\r\0]*)?$/;
