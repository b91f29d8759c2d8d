import type { Port } from '../dns/hastls.ts';
import { portsOf, secureAttempt } from './candidates.ts';
import { type Usable, usableOf } from './prohibitions.ts';
import type { Evidence, Reason, ServicePorts } from './request.ts';

/** What is really served on a port. */
export interface Practice {
  readonly port: Port;
  /** TLS from the first octet. */
  readonly implicit: boolean;
  /** TLS by the upgrade. */
  readonly inBand: boolean;
  /** What is served without TLS. `some`: all but certain commands. */
  readonly plaintext: 'none' | 'some' | 'all';
}

/** Where a promise and what is served differ. */
export interface Discrepancy extends Reason {
  /**
   * `contradiction`: who believes the record cannot be served, or is served otherwise than was promised; `advice`: it could
   * say more, or less; `unproven`: what it says could not be found out, or nobody can believe it.
   */
  readonly kind: 'contradiction' | 'advice' | 'unproven';
}

/** The three numbers of a record. */
export interface Promised {
  readonly plain: number;
  readonly tls: number;
  readonly preference: 0 | 1;
}

/** What the record of a service says against what is served: all that differs. [A37] */
export function discrepancies(
  { proof, records }: Evidence,
  practice: readonly Practice[],
  service: ServicePorts,
): readonly Discrepancy[] {
  switch (proof) {
    case 'bogus':
      return [{ kind: 'unproven', rule: 'A23', text: 'what is published is bogus: clients that prove it stay away' }];
    case 'indeterminate':
      return [{ kind: 'unproven', rule: 'A23', text: 'what is published could not be found out' }];
    case 'insecure':
      return [{ kind: 'unproven', rule: 'A22', text: 'the zone is not signed: nobody can believe what it says' }];
    case 'secure': {
      const usable = usableOf(records);
      if (records.length === 0) return [advice('R19', 'nothing is promised, and a client may do without TLS')];
      if (usable.length === 0)
        return [contradiction('A8', 'the record makes no sense: clients take it that TLS is mandatory')];
      return [
        ...usable.flatMap((each) => ofRecord(each, practice, service)),
        ...aboutPlaintext(usable, practice, service),
        ...unpromised(usable, practice),
        ...(usable.length < records.length
          ? [advice('A8', 'one of the records makes no sense, and is passed over')]
          : []),
      ];
    }
  }
}

/** The records that say what is served. Where plaintext is, they say that it may be used: all of them, as they add up. [A9] */
export function promiseOf(practice: readonly Practice[], service: ServicePorts): readonly Promised[] {
  const preference = practice.every((each) => isKept(each, service)) ? 1 : 0;
  return practice.map(({ port, inBand }) => ({ plain: inBand ? port : 0, tls: port, preference }));
}

const contradiction = (rule: string, text: string): Discrepancy => ({ kind: 'contradiction', rule, text });
const advice = (rule: string, text: string): Discrepancy => ({ kind: 'advice', rule, text });

/** Whether "no plaintext" is true of this, or untrue only for strangers, whom a public server has to serve. [A38] */
const isKept = ({ plaintext }: Practice, { servesStrangers = false }: ServicePorts): boolean =>
  plaintext === 'none' || servesStrangers;

/** Ways to TLS, and to plaintext, that a record names and that are not there. */
function ofRecord(
  { doors, preference }: Usable,
  practice: readonly Practice[],
  service: ServicePorts,
): readonly Discrepancy[] {
  const found: Discrepancy[] = [];
  const at = (port: Port) => practice.filter((each) => each.port === port);
  const way = secureAttempt(doors, service);
  if (way === undefined) found.push(contradiction('R28', 'it says that there is no TLS, and no client tries it'));
  if (way?.do === 'upgrade' && !at(way.port).some(({ inBand }) => inBand))
    found.push(contradiction('A37', `it promises an upgrade on port ${way.port}, which is not served here`));
  if (way?.do === 'tls' && !at(way.port).some(({ implicit }) => implicit))
    found.push(
      contradiction('A37', `it promises TLS from the first octet on port ${way.port}, which is not served here`),
    );
  const plain = doors.kind === 'in-band' ? doors.port : doors.kind === 'tls-only' ? undefined : doors.plain;
  const isOffered = plain !== undefined && preference === 0;
  if (isOffered && at(plain).every(({ plaintext }) => plaintext === 'none'))
    found.push(advice('R14', `it offers plaintext on port ${plain}, which is not served here`));
  if (preference > 1) found.push(advice('A7', `preference ${preference} means nothing, and counts as 1`));
  return found;
}

/** Plaintext that is served although none is promised. */
function aboutPlaintext(
  usable: readonly Usable[],
  practice: readonly Practice[],
  service: ServicePorts,
): readonly Discrepancy[] {
  const hasNone = usable.every(({ doors }) => doors.kind === 'tls-only');
  const isBarredOn = ({ port }: Practice) =>
    hasNone ||
    usable.some(({ doors, preference }) => doors.kind === 'in-band' && doors.port === port && preference > 0);
  const broken = practice
    .filter((each) => isBarredOn(each) && !isKept(each, service))
    .map(({ port, plaintext }) =>
      contradiction(
        'A37',
        `it promises that there is no plaintext, and port ${port} serves ${plaintext === 'all' ? 'it' : 'some commands without TLS'}`,
      ),
    );
  const refusing = practice.filter(({ inBand, plaintext }) => inBand && plaintext === 'none');
  const strict =
    service.servesStrangers !== true
      ? []
      : refusing.map(({ port }) =>
          advice('A38', `port ${port} refuses strangers without TLS, which a public server of this kind may not`),
        );
  return [...broken, ...strict];
}

/** Ports that no record leads to. */
const unpromised = (usable: readonly Usable[], practice: readonly Practice[]): readonly Discrepancy[] =>
  practice
    .filter(({ port }) => !usable.some(({ doors }) => portsOf(doors).includes(port)))
    .map(({ port }) => advice('A13', `port ${port} is served, and no record leads to it`));
