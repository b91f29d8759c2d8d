import { knownNames } from '../core/profiles/index.ts';
import { type Profile, readProtocol } from '../core/talk/index.ts';
import { HastlsError } from './errors.ts';

/**
 * A protocol of your own, in code: gives the profile that it is given, once it has what `connect()`, `hastls/serve` and
 * `contract()` of `hastls/testing` ask of one. What it says is yours; what holds for all protocols is the driver's.
 * @throws HastlsError ERR_HASTLS_OPTION with everything that it lacks in `because`
 */
export function defineProfile(profile: Profile): Profile {
  const { name, service, ports, alpn = [], specs, client, server, speaksFirst, forgets } = profile;
  const { plain = [], tls = [] } = ports ?? {};
  const isText = (each: unknown) => typeof each === 'string' && each !== '';
  // biome-ignore format: a table
  const wants: readonly (readonly [holds: boolean, what: string])[] = [
    [/^[a-z][a-z0-9+.-]*$/.test(name), 'name: it is a URL’s scheme, in lower case'],
    [/^[a-z0-9]+(-[a-z0-9]+)*$/i.test(service), 'service: it is a label of letters, digits and hyphens, without its underscore'], // [R12]
    [[...plain, ...tls].every((each) => Number.isInteger(each) && each > 0 && each <= 0xffff), 'ports: they lie in 1 to 65535'],
    [plain.length > 0, 'ports: an upgrade begins on a plaintext port'],
    [alpn.every(isText), 'alpn: it is a list of ids'],
    [specs?.every(isText) === true, 'specs: it names the documents behind the profile'],
    [typeof client === 'function' && typeof server === 'function', 'client, server: both are generators'],
    [speaksFirst === 'client' || speaksFirst === 'server', 'speaksFirst: once TLS stands, client or server'],
    [forgets?.every(isText) === true, 'forgets: it says what was learnt in clear, and is known no more over TLS'],
  ];
  const lacks = wants.flatMap(([holds, what]) => (holds ? [] : [what]));
  if (lacks.length > 0) throw new HastlsError('ERR_HASTLS_OPTION', `${name}: this is no profile`, lacks);
  return profile;
}

/**
 * A protocol of your own, as data: a line protocol, or one of frames, with the trigger of 1997. `readProtocol` of
 * `hastls/talk` says which keys there are.
 * @throws HastlsError ERR_HASTLS_OPTION with everything that is wrong in `because`
 */
export function readProfile(data: unknown): Profile {
  const read = readProtocol(data, knownNames);
  if (read.ok) return read.value;
  const faults = read.faults.map(({ key, why }) => (key === '' ? why : `${key}: ${why}`));
  throw new HastlsError('ERR_HASTLS_OPTION', 'this describes no protocol', faults);
}
