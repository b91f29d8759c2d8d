import type { Command } from 'commander';
import { does } from '../command.ts';
import type { Common } from '../common-options.ts';
import { examine } from '../doctor/examine.ts';
import { examinationLines, examinationObject, type Health, healthOf } from '../doctor/tell.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { paintFor } from '../paint.ts';
import { resolverOptions } from '../resolver-options.ts';
import { say } from '../terminal.ts';

export function declare(command: Command): void {
  command.argument('[names...]', 'domain names that must be provable from here, signed or not');
  does<object>(command, EXAMPLES, run, MEANS);
}

const EXAMPLES = [
  ['hastls doctor', "can this machine do DNSSEC, by the system's resolvers?"],
  ['hastls doctor mail.example.org', 'and what of this name?'],
  [
    'hastls doctor --resolver udp://192.0.2.53 --resolver tls://dns.example@192.0.2.53',
    'are these resolvers any good?',
  ],
  ['hastls doctor --anchors lab.anchors --resolver udp://127.0.0.1:5353', 'and in a world with a root of its own?'],
  ['hastls doctor --at 2027-02-01T00:00:00Z', 'what would be wrong if the clock were?'],
] as const;

const MEANS = 'Exit status: 0 all is fine; 1 something is wrong; 4 nobody answers, so that nothing could be found out';

async function run(options: Common, ...names: readonly string[]): Promise<ExitStatus> {
  const examination = await examine(resolverOptions(options), names);
  if (options.json === true) await say(JSON.stringify(examinationObject(examination)));
  else for (const line of examinationLines(examination, paintFor(process.stdout))) await say(line);
  return STATUS[healthOf(examination)];
}

const STATUS: Readonly<Record<Health, ExitStatus>> = { well: EXIT.done, ill: EXIT.no, unknown: EXIT.unknown };
