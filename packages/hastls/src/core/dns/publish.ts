import { type Parsed, parsed } from '../bytes/parsed.ts';
import { HASTLS_TYPE, ownerName, writeHastls } from './hastls.ts';
import { toHastlsType } from './hastls-type.ts';
import { canonical, labels, type Name, parseName, ROOT } from './name.ts';
import { CLASS_IN, type ResourceRecord } from './resource-record.ts';
import { MAX_TTL } from './ttl.ts';

/** What somebody wants to publish. */
export interface RecordWish {
  /** The service's name; one that means TLS from the start is taken for the service it secures. [A17] */
  readonly service: string;
  /** The host that runs it: not the domain that it serves. [A18] */
  readonly host: string;
  /** The plaintext port; 0 = the service is not to be had in plaintext. [R14] */
  readonly plain: number;
  /** The TLS port; 0 = not to be had over TLS; that of `plain` = upgrade in-band. [R14] [R15] */
  readonly tls: number;
  /** 1 = plaintext is unwelcome. [R20] [R21] */
  readonly preference: number;
  /** Seconds. Default 300. */
  readonly ttl?: number;
  /** Default 65400. [F1] */
  readonly hastlsType?: number;
  /** Whether a type number that is not for private use may be taken. Default: no. [F1] */
  readonly outside?: 'outside-refused' | 'outside-allowed';
  /** Only `tcp` is in scope, and it is the default. [A35] */
  readonly transport?: string;
}

/** What is known of a service besides the wish; whoever knows the services says it. */
export interface ServiceFacts {
  /** The name its records stand under. [A17] */
  readonly service: string;
  /** Its usual ports; the plain ones are those of the upgrade in-band too. */
  readonly ports?: { readonly plain: readonly number[]; readonly tls: readonly number[] };
}

/** A record that may be published. */
export interface Published {
  readonly record: ResourceRecord;
  readonly service: string;
  readonly host: Name;
  readonly plain: number;
  readonly tls: number;
  readonly preference: number;
  /** What is legal and yet seldom meant. */
  readonly advice: readonly Advice[];
}

/** A piece of advice, and the rule it rests on. */
export interface Advice {
  readonly rule: string;
  readonly text: string;
}

/** Makes a record, or says in a sentence which rule bars it. */
export const publish = (
  wish: RecordWish,
  know: (service: string) => ServiceFacts | undefined = () => undefined,
): Parsed<Published> =>
  parsed(() => {
    const asked = serviceLabel(wish.service);
    const facts = know(asked) ?? { service: asked };
    const service = serviceLabel(facts.service);
    if ((wish.transport ?? 'tcp').toLowerCase() !== 'tcp')
      throw new RangeError(
        `HASTLS records are published for tcp alone, not for ${JSON.stringify(wish.transport)} [A35]`,
      );
    const host = hostName(wish.host);
    const rdata = numbersOf(wish);
    const { plain, tls, preference, ttl = 300 } = wish;
    if (!Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL)
      throw new RangeError(`a TTL of ${ttl} is not in 0 to ${MAX_TTL} [RFC2181 §8]`);
    const name = parseName(ownerName(service, host));
    const type = toHastlsType(wish.hastlsType ?? HASTLS_TYPE, wish.outside);
    if (!type.ok) throw new RangeError(type.why);
    const record = { name, type: type.value, class: CLASS_IN, ttl, rdata };
    const advice = [...aliasAdvice(asked, service), ...portAdvice(wish, facts), ...preferenceAdvice(wish)];
    return { record, service, host, plain, tls, preference, advice };
  });

/**
 * A host's name as records are published and asked for: in lower case, absolute, ASCII. [A36]
 * @throws RangeError when no record can stand there.
 */
export function hostName(text: string): Name {
  if (text === '' || text === '.') throw new RangeError('the host is missing [R9]');
  if (text.includes(':') || /^[0-9.]+$/.test(text))
    throw new RangeError(`${JSON.stringify(text)} is an address or carries a port: HASTLS is for names of hosts [A34]`);
  const host = canonical(parseName(text.endsWith('.') ? text : `${text}.`, ROOT));
  for (const label of labels(host)) {
    if (label === '*')
      throw new RangeError('a wildcard would give every service below it the same two ports: name the host [A21]');
    if (label.startsWith('_'))
      throw new RangeError(`"${label}" belongs to a service: give the host alone, without _service._tcp [R11]`);
    if (!/^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(label))
      throw new RangeError(`"${label}" cannot be part of a host's name: letters, digits and hyphens can`);
  }
  return host;
}

/** A service's name as an owner's label, in lower case and without the underscore. [R12] [RFC6335 §5.1] */
function serviceLabel(name: string): string {
  const service = name.toLowerCase();
  if (service.includes('*'))
    throw new RangeError('a wildcard in place of a service would give every service the same two ports: name it [A21]');
  if (!/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(service) || service.length > 15)
    throw new RangeError(
      `${JSON.stringify(name.slice(0, 40))} is not a service's name: 1 to 15 letters, digits and single hyphens, without an underscore [R12]`,
    );
  return service;
}

function numbersOf({ plain, tls, preference }: RecordWish): Uint8Array {
  const rdata = writeHastls(plain, tls, preference);
  if (!rdata.ok) throw new RangeError(rdata.why);
  if (preference > 1) throw new RangeError(`preference ${preference} has no meaning yet: publish 0 or 1 [R20] [R21]`);
  if (tls === 0 && preference === 1)
    throw new RangeError(
      `"${plain} 0 1" locks every client out: it bars plaintext and offers no TLS [A26]. Publish "${plain} 0 0", or name the TLS port`,
    );
  return rdata.value;
}

const aliasAdvice = (asked: string, service: string): readonly Advice[] =>
  asked === service
    ? []
    : [{ rule: 'A17', text: `${asked} is the same service as ${service}, and clients ask for _${service}` }];

function portAdvice({ plain, tls, preference }: RecordWish, { ports }: ServiceFacts): readonly Advice[] {
  if (ports === undefined || tls === 0) return [];
  const inBand = ports.plain.includes(tls) && !ports.tls.includes(tls);
  const implicit = ports.tls.includes(tls) && !ports.plain.includes(tls);
  if (plain === 0 && inBand)
    return [
      {
        rule: 'A3',
        text: `port ${tls} is where this service upgrades in-band, and "0 ${tls} ${preference}" leaves the method to be guessed: "${tls} ${tls} 1" says the same to every client`,
      },
    ];
  if (plain === tls && implicit)
    return [
      {
        rule: 'R15',
        text: `equal ports announce an upgrade in-band, but on port ${tls} this service begins with TLS: "0 ${tls} 1" says so`,
      },
    ];
  return [];
}

function preferenceAdvice({ plain, tls, preference }: RecordWish): readonly Advice[] {
  if (preference === 1) return [];
  if (tls === 0) return [{ rule: 'R28', text: 'signed, this record keeps every client from trying TLS' }];
  if (plain === 0)
    return [
      {
        rule: 'R22',
        text: 'there is no plaintext either way; preference 1 would also let clients meant for plaintext use TLS',
      },
    ];
  return [
    {
      rule: 'R24',
      text: 'with preference 0, clients that allow fallback may end in plaintext; preference 1 bars that for all',
    },
  ];
}
