/** `hastls`, the program. */
import { tellFault } from './failure.ts';
import { run } from './program.ts';
import { endQuietlyWithReader } from './terminal.ts';

endQuietlyWithReader();
process.on('uncaughtException', (error) =>
  process.exit(tellFault(error, /--log-level[= ]debug/.test(process.argv.join(' ')))),
);
// not awaited here: in the bundle, what it loads leads back to this file, and would wait for its end
void run(process.argv.slice(2));
