/** What marks words on a terminal; whoever has none uses `plain`. Paint goes on last, over `printable()` words. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  doubtful(text: string): string;
  bad(text: string): string;
}

const asItIs = (text: string): string => text;

/** No paint at all. */
export const plain: Paint = { strong: asItIs, faint: asItIs, good: asItIs, doubtful: asItIs, bad: asItIs };
