import type { Command } from 'commander';
import { explain } from 'hastls';
import type { Proof } from 'hastls/dnssec';
import { DEFAULT_STANCE, PROOFS, STANCES } from 'hastls/policy';
import { toTarget } from 'hastls/profiles';
import { type Decided, decisionObject, decisionsTree, decisionTree, drawTree } from 'hastls/report';
import { batch } from '../batch.ts';
import { does } from '../command.ts';
import { type Common, repeated, toWord } from '../common-options.ts';
import { decidedBy } from '../decided.ts';
import { EXIT, type ExitStatus, statusOfProof } from '../exit-status.ts';
import { UsageError } from '../failure.ts';
import { profileFor } from '../own-protocol.ts';
import { paintFor } from '../paint.ts';
import { resolverOptions } from '../resolver-options.ts';
import { addServiceOptions, type ServiceOptions } from '../service-options.ts';
import { type Supposed, supposedByLine, underStance } from '../suppose.ts';
import { say } from '../terminal.ts';
import { typeNumber } from '../type-number.ts';

interface Own extends ServiceOptions {
  readonly suppose?: readonly string[];
  readonly supposeProof?: Proof;
  readonly batch?: boolean;
}

export function declare(command: Command): void {
  addServiceOptions(command.argument('[url]', 'the service: smtp://host, imap://host:1143, imaps://host'))
    .option('--suppose <record>', "ask no DNS: what if this were the record, like '25 25 1'; repeatable", repeated)
    .option('--suppose-proof <proof>', `and what if it were ${PROOFS.join(', ')} (default: secure)`, toWord(PROOFS))
    .option('--batch', 'suppositions as JSON objects on stdin, one a line; decisions on stdout');
  does<Own>(command, EXAMPLES, run, BATCH);
}

const EXAMPLES = [
  ['hastls explain smtp://mail.example.org --stance cfb', 'may this client fall back to plaintext, and why (not)?'],
  ["hastls explain smtp://mail.example.org --suppose '25 25 1'", 'what would each kind of client do with this record?'],
  [
    'hastls explain imap://mail.example.org --stance cfb --suppose-proof bogus',
    'and what if somebody forged the answer?',
  ],
] as const;

const BATCH = `A line of --batch:
  {"id":1,"service":"smtp","port":null,"stance":"cfb","proof":"secure","records":["25 25 1"]}`;

async function run(options: Own & Common, url?: string): Promise<ExitStatus> {
  if (options.batch === true) {
    if (url !== undefined)
      throw new UsageError('--batch takes its services from stdin, and none from the command line');
    await batch(options, (request) => decisionObject(supposedByLine(request)));
    return EXIT.done;
  }
  if (url === undefined) throw new UsageError('which service? Give it as a URL, like smtp://mail.example.org');
  if (options.suppose !== undefined || options.supposeProof !== undefined) return runSupposed(url, options);
  const { stance } = options;
  const explanation = await explain(url, {
    ...(await profileFor(url, options.profile)),
    dns: resolverOptions(options),
    ...(stance === undefined ? {} : { stance }),
  });
  return tell(decidedBy(explanation, typeNumber(options)), options);
}

async function runSupposed(
  url: string,
  { suppose = [], supposeProof = 'secure', ...options }: Own & Common,
): Promise<ExitStatus> {
  const { profile } = await profileFor(url, options.profile);
  const supposed = { ...toTarget(url, profile), proof: supposeProof, records: suppose };
  return options.stance === undefined && options.json !== true && !supposed.implicit
    ? tellAllStances(supposed)
    : tell(underStance(supposed, options.stance ?? DEFAULT_STANCE), options);
}

async function tell(decided: Decided, { json }: Common): Promise<ExitStatus> {
  if (json === true) await say(JSON.stringify(decisionObject(decided)));
  else for (const line of drawTree(decisionTree(decided, paintFor(process.stdout)))) await say(line);
  return statusOfProof[decided.proof] || (decided.decision.refused ? EXIT.no : EXIT.done);
}

async function tellAllStances(supposed: Supposed): Promise<ExitStatus> {
  const all = STANCES.map((stance) => underStance(supposed, stance));
  const [first] = all as [Decided, ...Decided[]]; // of three
  const decisions = all.map(({ decision }) => decision);
  const tree = decisionsTree(first, decisions, paintFor(process.stdout));
  for (const line of drawTree(tree)) await say(line);
  return statusOfProof[supposed.proof];
}
