import { type Parsed, parsed } from '../bytes/parsed.ts';
import { typeToText } from './type-names.ts';

/** The range that IANA leaves to private use. [RFC6895 §3.1] */
const PRIVATE_TYPES = { first: 65280, last: 65534 };

/** Numbers in the private range that others use already. [F1] */
const TAKEN: ReadonlyMap<number, string> = new Map([
  [65534, 'BIND keeps the state of its signing there'],
  [65282, 'another server product has been seen to use it'],
]);

/**
 * The number under which HASTLS records are asked for and published. [F1] [R31]
 * `outside` allows one that is not for private use, for the day that IANA assigns one.
 */
export const toHastlsType = (
  value: number,
  outside: 'outside-refused' | 'outside-allowed' = 'outside-refused',
): Parsed<number> =>
  parsed(() => {
    if (!Number.isInteger(value) || value < 1 || value > 0xffff)
      throw new RangeError(`type ${value} is not a number from 1 to 65535 [F1]`);
    const why = TAKEN.get(value);
    if (why !== undefined) throw new RangeError(`type ${value} cannot be HASTLS: ${why} [F1]`);
    if (value >= PRIVATE_TYPES.first && value <= PRIVATE_TYPES.last) return value;
    if (outside === 'outside-refused')
      throw new RangeError(
        `type ${value} lies outside of the private-use range ${PRIVATE_TYPES.first} to ${PRIVATE_TYPES.last}: using it needs an explicit override [F1]`,
      );
    if (isSpokenFor(value)) throw new RangeError(`type ${value} cannot be HASTLS: it means something else [F1]`);
    return value;
  });

/** Types that have a format of their own, and those that are questions or meta data. [RFC6895 §3.1] */
const isSpokenFor = (type: number): boolean => typeToText(type, 0) !== `TYPE${type}` || (type >= 128 && type <= 255);
