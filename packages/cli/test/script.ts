/**
 * Scripts that show a command line and what it answers, as a terminal would:
 *
 *     # a comment
 *     $ hastls lookup example.org      what to run, by /bin/sh, in an empty directory
 *     < a line for its stdin
 *     a line of its stdout             `…` stands for anything, a line of `...` for any lines
 *     ! a line of its stderr
 *     [2]                              its exit status, if not 0
 *     -- anchors.txt --                at the end: a file that the commands find, up to the next such line
 */
export interface Script {
  readonly steps: readonly Step[];
  readonly files: ReadonlyMap<string, string>;
}

export interface Step {
  readonly command: string;
  readonly stdin: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly status: number;
}

export function parseScript(text: string): Script {
  const [body = '', ...rest] = text.split(/^-- (\S+) --\n/m);
  const files = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 2) files.set(rest[index] as string, rest[index + 1] as string);
  const steps = body.split(/^\$ /m).slice(1).map(parseStep);
  return { steps, files };
}

function parseStep(text: string): Step {
  const [command = '', ...lines] = text.split('\n');
  const marked = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const [status = '0'] = lines.flatMap((line) => line.match(/^\[(\d+)\]$/)?.[1] ?? []);
  const stdout = lines.filter((line) => !/^([<!] |#|\[\d+\]$)/.test(line));
  while (stdout.at(-1) === '') stdout.pop();
  return {
    command,
    stdin: marked('< ')
      .map((line) => `${line}\n`)
      .join(''),
    stdout,
    stderr: marked('! '),
    status: Number(status),
  };
}

/** Whether these are the expected lines, `…` and `...` standing for anything. */
export function matches(expected: readonly string[], text: string): boolean {
  const pattern = expected
    .map((line) => (line === '...' ? '(?:.*\n)*?' : `${line.split('…').map(literally).join('.*')}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(text);
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
