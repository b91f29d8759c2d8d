import type { Decision, Evidence, ServicePorts } from 'hastls/policy';
import { type Hastls, readHastls, toPort } from '#core/dns/hastls.js';

// The decision table's notation: T443 TLS, U25 in-band upgrade, I80 plaintext, X refused, "->" before a step down.

export const SERVICES = {
  http: { name: 'http', ports: { plain: [80], tls: [443] }, inBand: false },
  smtp: { name: 'smtp', ports: { plain: [25], tls: [] }, inBand: true },
  imap: { name: 'imap', ports: { plain: [143], tls: [993] }, inBand: true },
} as const satisfies Record<string, ServicePorts>;

export function plan({ plan, refused }: Decision): string {
  if (refused) return 'X';
  const letter = { tls: 'T', upgrade: 'U', plaintext: 'I' } as const;
  return plan
    .map((attempt, index) => {
      const arrow = attempt.do === 'plaintext' && index > 0 && plan[index - 1]?.do !== 'plaintext' ? '-> ' : '';
      return `${arrow}${letter[attempt.do]}${attempt.port}${attempt.unauthenticated === true ? '?' : ''}`;
    })
    .join(' ');
}

/** "25 25 1" as a reader takes it; "0 0 1" and "short" are the unusable ones. */
export function record(text: string): Hastls {
  if (text === 'short') return readHastls(new Uint8Array(5));
  const [plain = 0, tls = 0, preference = 0] = text.split(' ').map(Number);
  return readHastls(Uint8Array.of(plain >> 8, plain, tls >> 8, tls, preference >> 8, preference));
}

/** "143 143 0, 143 993 0" */
export const records = (text: string): readonly Hastls[] => (text === '' ? [] : text.split(', ').map(record));

export const secure = (text: string): Evidence => ({ proof: 'secure', records: records(text) });

export function portOf(value: number): NonNullable<ReturnType<typeof toPort>> {
  const port = toPort(value);
  if (port === undefined) throw new RangeError(`${value} is no port`);
  return port;
}
