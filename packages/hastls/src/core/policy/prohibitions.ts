import type { Hastls } from '../dns/hastls.ts';
import type { Evidence, Reason, Request, Switches } from './request.ts';

/** A record that makes sense. */
export type Usable = Extract<Hastls, { kind: 'usable' }>;

/** Those of these records that make sense. [A8] */
export const usableOf = (records: readonly Hastls[]): readonly Usable[] =>
  records.filter((each) => each.kind === 'usable');

/** Every reason why this request may not end in plaintext; none: it may. Reasons add up, none cancels another. [A32] */
export function plaintextBars(request: Request, switches: Switches): readonly Reason[] {
  const { stance, evidence, alsoForbidding, sources = [] } = request;
  return [
    ...(stance === 'cso' ? [{ rule: 'R26', text: 'this client communicates securely or not at all' }] : []),
    ...barsOf(evidence, request, switches),
    ...(alsoForbidding === undefined
      ? []
      : barsOf(alsoForbidding, request, switches).map(({ rule, text }) => ({
          rule,
          text: `at the host's other name: ${text} [A19]`,
        }))),
    ...sources
      .filter((source) => source.forbidsPlaintext)
      .map((source) => ({ rule: 'A32', text: `${source.name} forbids plaintext` })),
  ];
}

/** Whether the server's preference bars plaintext, which makes every client secure-only for the while. [R24] [A9] */
export const isMadeSecureOnly = (evidence: Evidence, switches: Switches): boolean =>
  evidence.proof === 'secure' && preferenceBar(usableOf(evidence.records), switches) !== undefined;

function barsOf(evidence: Evidence, { stance }: Request, switches: Switches): readonly Reason[] {
  const usable = usableOf(evidence.records);
  switch (evidence.proof) {
    case 'bogus':
      return [{ rule: 'A23', text: 'the answer is bogus: somebody may be hiding what the server promised' }];
    case 'indeterminate':
      return [{ rule: 'A23', text: 'what the server promises could not be found out, and that is no permission' }];
    case 'insecure': // unsigned records allow nothing and steer nothing [R34] [A22]
      return switches.tightenFromInsecure ? recordBars(usable, stance, switches).map(unsigned) : [];
    case 'secure':
      if (evidence.records.length > 0 && usable.length === 0)
        return [{ rule: 'A8', text: 'the record is signed but makes no sense: TLS is mandatory' }];
      return recordBars(usable, stance, switches);
  }
}

function recordBars(usable: readonly Usable[], stance: Request['stance'], switches: Switches): readonly Reason[] {
  const bars: Reason[] = [];
  const preference = preferenceBar(usable, switches);
  if (preference !== undefined) bars.push(preference);
  if (usable.length > 0 && usable.every(({ doors }) => doors.kind === 'tls-only'))
    bars.push({ rule: stance === 'cio' ? 'R25' : 'R29', text: 'the server has no plaintext port' });
  return bars;
}

function preferenceBar(usable: readonly Usable[], { sioPref1 }: Switches): Reason | undefined {
  const wanting = usable.filter(
    ({ doors, preference }) => preference > 0 && (sioPref1 === 'deny' || doors.kind !== 'plain-only'), // [A26]
  );
  const [first] = wanting;
  if (first === undefined) return undefined;
  if (wanting.every(({ preference }) => preference > 1))
    return { rule: 'A7', text: `preference ${first.preference} is unknown and counts as 1: no plaintext on any port` };
  return { rule: 'R24', text: 'preference 1: no plaintext to this server, on any port' };
}

const unsigned = ({ text }: Reason): Reason => ({ rule: 'A22', text: `unsigned, yet taken as a warning: ${text}` });
