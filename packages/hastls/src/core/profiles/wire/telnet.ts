import type { Framer } from '../../talk/index.ts';

/** What is said of an option. [RFC854] */
export const VERB = { will: 251, wont: 252, do: 253, dont: 254 } as const;
/** An option like any other. */
export const START_TLS = 46;
const [END, BEGIN, IAC] = [240, 250, 255];

/** Says something of an option: of TLS, if it is not another. */
export const option = (verb: number, what: number = START_TLS): Uint8Array => Uint8Array.of(IAC, verb, what);

/** Behind this, from either side, comes TLS. */
export const FOLLOWS: Uint8Array = Uint8Array.of(IAC, BEGIN, START_TLS, 1, IAC, END);

/** The verb of a command, and the option that it is about, if there is one. Text has neither. */
export const commandOf = (heard: Uint8Array): readonly [verb?: number | undefined, what?: number | undefined] =>
  heard[0] === IAC ? [heard[1], heard[2]] : [];

/** Frames a command, or the text up to the next one or to the end of a line. Text begins with no TLS record. [V14] */
export const commandFrame: Framer = (buffer) => {
  const [first, verb] = buffer;
  if (first === 0x15 || first === 0x16) return -1;
  if (first !== IAC) return textLength(buffer);
  if (verb === undefined) return 0;
  if (verb === BEGIN) return endOfSubnegotiation(buffer);
  const length = verb > BEGIN && verb < IAC ? 3 : 2;
  return buffer.length < length ? 0 : length;
};

function textLength(buffer: Uint8Array): number {
  const end = buffer.findIndex((octet) => octet === IAC || octet === 0x0a);
  return buffer[end] === IAC ? end : end + 1;
}

/** An IAC within is doubled; one before the end is not. [RFC855] */
function endOfSubnegotiation(buffer: Uint8Array): number {
  for (let at = 2; at + 1 < buffer.length; at += buffer[at] === IAC ? 2 : 1)
    if (buffer[at] === IAC && buffer[at + 1] === END) return at + 2;
  return 0;
}
