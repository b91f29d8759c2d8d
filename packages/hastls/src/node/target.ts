import { domainToASCII } from 'node:url';
import { addressFamily, type Port, toName, toPort } from '../core/dns/index.ts';
import type { ServicePorts } from '../core/policy/index.ts';
import { findService, isProfile, services } from '../core/profiles/index.ts';
import type { Service } from '../core/talk/index.ts';
import { HastlsError } from './errors.ts';

/** Where a URL leads: `imap://host:1143`. */
export interface Target {
  readonly service: Service;
  /** A-labels in lower case without the final dot, or an address literal without brackets. [A36] */
  readonly host: string;
  readonly port: Port | undefined;
  /** The scheme asks for implicit TLS (`imaps:`), and so for a secure-only client. [A17] */
  readonly implicit: boolean;
}

/**
 * Reads a service URL. `custom` is a profile of the caller's own, found under its name beside the built-in ones.
 * @throws HastlsError ERR_HASTLS_OPTION when the scheme, host or port makes no sense.
 */
export function toTarget(url: string | URL, custom?: Service): Target {
  if (String(url).length > MAX_URL) throw option(`a service URL has at most ${MAX_URL} characters`);
  const [, scheme = '', authority = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)\/?$/i.exec(String(url)) ?? [];
  const found = findService(scheme, custom === undefined ? services : [custom, ...services]);
  if (scheme === '')
    throw option(`"${String(url)}" is no service URL: write it like service://host or service://host:port`);
  if (found === undefined) throw option(`"${scheme}" is no service that hastls knows`);
  const [, literal, name = '', digits] = /^(?:\[([0-9a-f:.]+)\]|([^:@]*))(?::(\d{1,5}))?$/i.exec(authority) ?? [];
  const host =
    literal ?? (addressFamily(name) === 4 ? name : domainToASCII(name.replace(/[.\u3002\uff0e\uff61]$/, '')));
  if (host === '' || !toName(host).ok || (literal !== undefined && addressFamily(literal) !== 6))
    throw option(
      `"${withoutUser(authority)}" is no host: a name or an address, and a port if need be, is wanted after ${scheme}://`,
    );
  const port = digits === undefined ? undefined : toPort(Number(digits));
  if (digits !== undefined && port === undefined) throw option(`${digits} is no port: it must lie in 1 to 65535`);
  return { ...found, host, port };
}

/** What may be a password is not said again: messages end up in logs. */
const withoutUser = (authority: string): string => authority.replace(/^.*@/s, '…@');

const MAX_URL = 1024;

/** What `decide()` of `hastls/policy` needs to know of a service. */
export const servicePorts = (service: Service): ServicePorts => ({ ...service, inBand: isProfile(service) });

const option = (message: string): HastlsError => new HastlsError('ERR_HASTLS_OPTION', message);
