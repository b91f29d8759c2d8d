import type { Name } from './name.ts';

/** What is asked; the class is always IN. */
export interface Question {
  readonly name: Name;
  readonly type: number;
}
