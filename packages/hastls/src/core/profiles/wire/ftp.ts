import { text } from '../../bytes/text.ts';
import { type Coded, type Conversation, type Framer, lineFrame, type Meanings } from '../../talk/index.ts';

/** What any command may be answered with. [RFC959 §4.2] */
export const REFUSALS: Meanings = { '421': 'bye', '4': 'no', '5': 'no' };
/** What a command may be answered with that is not known everywhere. */
export const UNKNOWN: Meanings = { '500': 'unknown', '502': 'unknown', ...REFUSALS };

/** Takes the greeting. A server that will be ready in a while says so first. [RFC959 §5.4] */
export function* greeting(): Conversation<Coded> {
  for (;;) {
    const heard = yield* reply();
    if (!/^120[ -]/.test(heard.whole)) return heard;
  }
}

/** Takes a reply. */
export function* reply(): Conversation<Coded> {
  const whole = text(yield { do: 'take', frame: replyFrame })
    .replaceAll('\r\n', '\n')
    .trimEnd();
  return { code: /^\d{3}(?=[ -]|$)/.exec(whole)?.[0] ?? '', whole };
}

/** Frames a reply. Where one has more lines, only the last must begin with the code and a space. [RFC959 §4.2] */
export const replyFrame: Framer = (buffer) => {
  const first = lineFrame(buffer);
  const opening = text(buffer.subarray(0, 4));
  if (first <= 0 || !/^\d{3}-/.test(opening)) return first;
  const last = opening.replace('-', ' ');
  for (let at = first; ; ) {
    const end = buffer.indexOf(0x0a, at) + 1;
    if (end === 0 || text(buffer.subarray(at, at + 4)) === last) return end;
    at = end;
  }
};

/** Whether a feature is ` AUTH TLS`, alone or among several: ` AUTH SSL;TLS`. [RFC4217 §6] */
export function offersTls(feature: string): boolean {
  const [auth, ...mechanisms] = feature.trim().toUpperCase().split(/[ ;]/);
  return auth === 'AUTH' && mechanisms.includes('TLS');
}
