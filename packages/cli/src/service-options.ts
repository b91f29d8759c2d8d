import type { Command } from 'commander';
import { STANCES, type Stance } from 'hastls/policy';
import { toWord } from './common-options.ts';

/** Options of commands that are about a service. */
export interface ServiceOptions {
  readonly stance?: Stance;
  /** A file with protocols of the user's own. */
  readonly profile?: string;
}

/** Declares them. */
export const addServiceOptions = (command: Command): Command =>
  command
    .option(
      '--stance <stance>',
      'cio (insecure only), cso (secure only, the default), cfb (fallback allowed)',
      toWord(STANCES),
    )
    .option('--profile <file>', 'protocols of your own, in TOML: [[protocol]] tables');
