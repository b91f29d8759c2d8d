/** Response codes that we set or tell apart. [RFC1035 §4.1.1] [RFC6891 §9] */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(RCODE).map(([name, number]) => [number, name]));

/** The code's mnemonic, or `RCODEnnn`. */
export const rcodeToText = (rcode: number): string => NAMES.get(rcode) ?? `RCODE${rcode}`;
