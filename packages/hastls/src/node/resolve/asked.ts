import { domainToASCII } from 'node:url';
import { canonical, type Name, TYPE, toName, typeFromText } from '../../core/dns/index.ts';
import { HastlsError } from '../errors.ts';

const MAX_TEXT = 1024;

/**
 * A name as people write it, as it is asked for: A-labels, lower case, absolute. Converted before anything looks at
 * its labels, as other alphabets have dots of their own. [A36]
 * @throws HastlsError ERR_HASTLS_OPTION
 */
export function toAskedName(text: string): Name {
  const refuse = (why: string) =>
    new HastlsError('ERR_HASTLS_OPTION', `"${text.slice(0, 100)}" is no domain name: ${why}`);
  if (text.length > MAX_TEXT) throw refuse(`it has ${text.length} characters`);
  const name = toName(isAscii(text) ? text : toALabels(text));
  if (!name.ok) throw refuse(name.why);
  return canonical(name.value);
}

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);

/** Empty for what cannot be converted. Of ASCII only what hosts and service labels are made of: to the rest URLs give a meaning. */
const toALabels = (text: string): string => (/^[-\w.*\P{ASCII}]*$/u.test(text) ? domainToASCII(text) : '');

/** @throws HastlsError ERR_HASTLS_OPTION */
export function toAskedType(type: string | number, hastlsType: number): number {
  const number = typeof type === 'number' ? type : typeFromText(String(type), hastlsType);
  if (number === undefined) throw new HastlsError('ERR_HASTLS_OPTION', `"${type}" is no record type`);
  if (!Number.isInteger(number) || number < 1 || number > 0xffff || isMeta(number))
    throw new HastlsError('ERR_HASTLS_OPTION', `type ${number} is no type of data that could be looked up`);
  return number;
}

/** Types that exist in messages only, or ask for something else than data. [RFC6895 §3.1] */
const isMeta = (type: number): boolean => type === TYPE.OPT || (type >= 128 && type < TYPE.ANY);
