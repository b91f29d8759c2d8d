import type { Command } from 'commander';
import { addCommonOptions, type Common } from './common-options.ts';
import type { ExitStatus } from './exit-status.ts';
import { tellFailure } from './failure.ts';

/** A module of `commands/`: says what the command takes, and what it does. */
export interface CommandModule {
  declare(command: Command): void;
}

/**
 * Ties a command to its work, after its own options and arguments are declared: adds the common options and the
 * examples, sets the exit status, and tells a failure in the one way we have.
 * @param more what the help says after the examples
 */
export function does<Own extends object>(
  command: Command,
  examples: readonly (readonly [line: string, does: string])[],
  work: (options: Own & Common, ...operands: readonly string[]) => Promise<ExitStatus>,
  more = '',
): void {
  addCommonOptions(command);
  const shown = examples.map(([line, about]) => `  # ${about}\n  $ ${line}`);
  command.addHelpText('after', ['', 'Examples:', ...shown, ...(more === '' ? [] : ['', more])].join('\n'));
  command.action(async () => {
    const options = command.opts<Own & Common>();
    try {
      process.exitCode = await work(options, ...command.args);
    } catch (error) {
      process.exitCode = await tellFailure(error, options);
    }
  });
}
