import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { CommandModule } from './command.ts';
import { EXIT } from './exit-status.ts';

/** The commands: what `hastls --help` shows. A command's own module is loaded when the command is used. */
const COMMANDS: readonly (readonly [name: string, about: string, load: () => Promise<CommandModule>])[] = [
  ['lookup', 'look up a name in the DNS and prove the answer', () => import('./commands/lookup.ts')],
  ['explain', 'say what a client does with a service, and why', () => import('./commands/explain.ts')],
  ['connect', 'connect as the service promised, or not at all', () => import('./commands/connect.ts')],
  ['doctor', 'say whether this machine can do DNSSEC, and what to mend', () => import('./commands/doctor.ts')],
  ['tunnel', 'give clients that know no TLS connections that keep the promise', () => import('./commands/tunnel.ts')],
  ['record', 'make a HASTLS record for a zone', () => import('./commands/record.ts')],
  ['gateway', 'give a server without TLS one that cannot be talked down', () => import('./commands/gateway.ts')],
  [
    'lab',
    'start a small world to try it all in: servers of every kind, and attackers',
    () => import('./commands/lab.ts'),
  ],
];

const EXAMPLES = `
Examples:
  # what does this mail server promise?
  $ hastls lookup _smtp._tcp.mail.example.org
  # what would a client that insists on TLS do, and why?
  $ hastls explain smtp://mail.example.org --stance cso
  # talk to it, over TLS
  $ hastls connect imap://mail.example.org
  # make that promise
  $ hastls record smtp://mail.example.org --plain 25 --tls 25 --preference 1

Exit status: 0 done; 1 the answer is no; 2 wrong usage; 3 attacked, or broken signatures; 4 could not find out; 70 a fault of ours`;

/** Runs one command line; sets the process's exit status. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('hastls')
    .description('TLS truth for every port: what a server promises, proven, and held to')
    .version(version())
    .helpCommand(false) // commander's own would not load the command first
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('Try: hastls --help')
    .configureOutput({ outputError: (text, write) => write(toComplaint(text)) })
    .addHelpText('after', EXAMPLES);
  for (const [name, about] of COMMANDS) program.command(name).description(about);
  program.hook('preSubcommand', async (_, command) => {
    const found = COMMANDS.find(([name]) => name === command.name());
    command.showHelpAfterError(`Try: hastls ${command.name()} --help`);
    (await found?.[2]())?.declare(command);
  });
  try {
    const [first, ...rest] = argv;
    await program.parseAsync(first === 'help' ? [...rest, '--help'] : argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // commander's own status for wrong usage is 1, which is "no" with us; help and version that were asked for are 0
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

/** Commander's complaint in our form: the sentence, its suggestion, the code. */
function toComplaint(text: string): string {
  const [what = '', ...more] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  return `hastls: ${what} (ERR_HASTLS_OPTION)\n${more.map((line) => `  ${line}\n`).join('')}`;
}

function version(): string {
  const about: unknown = JSON.parse(readFileSync(new URL(import.meta.resolve('@hastls/cli/package.json')), 'utf8'));
  return (about as { readonly version: string }).version; // our own package.json
}
