import { blockFrame, type Framer, verb } from '../../talk/index.ts';

/** Frames the whole reply to a command. */
export const replyTo = (command: string): Framer => blockFrame((first) => opensBlock(command, first));

/** Whether a block follows this first line of the reply; behind 211 it does only after LISTGROUP. [RFC3977 §3.2] */
export const opensBlock = (command: string, first: string): boolean =>
  BLOCKS.includes(first.slice(0, 3)) || (first.startsWith('211') && verb(command) === 'LISTGROUP');

const BLOCKS: readonly string[] = ['100', '101', '215', '220', '221', '222', '224', '225', '230', '231'];
