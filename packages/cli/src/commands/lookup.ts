import type { Command } from 'commander';
import { ownerName } from 'hastls/dns';
import { answerLines, answerObject } from 'hastls/report';
import { createResolver, type ResolverOptions } from 'hastls/resolve';
import { batch, type Request } from '../batch.ts';
import { does } from '../command.ts';
import { type Common, parseTime, RSA_BITS } from '../common-options.ts';
import { EXIT, type ExitStatus, statusOfProof } from '../exit-status.ts';
import { UsageError } from '../failure.ts';
import { paintFor } from '../paint.ts';
import { flagField, listField, numberField, onlyFields, textField } from '../request-fields.ts';
import { resolverOptions, toAnchors } from '../resolver-options.ts';
import { createResolverPool } from '../resolver-pool.ts';
import { say } from '../terminal.ts';
import { typeNumber } from '../type-number.ts';

interface Own {
  readonly trace?: boolean;
  readonly batch?: boolean;
}

export function declare(command: Command): void {
  command
    .argument('[name]', 'a domain name, or a service such as smtp://host, which stands for _smtp._tcp.host')
    .argument('[type]', 'record type: a mnemonic or TYPEnnn (default: HASTLS)')
    .option('--trace', 'show the proof, from the anchor down, and what was asked for it; with --json as data')
    .option(
      '--batch',
      'questions as JSON objects on stdin, one a line; answers on stdout, each as soon as it is known',
    );
  does<Own>(command, EXAMPLES, run, BATCH);
}

const EXAMPLES = [
  ['hastls lookup _smtp._tcp.mail.example.org', 'what does this mail server promise?'],
  ['hastls lookup smtp://mail.example.org --trace', 'the same, with every signature that says so'],
  [
    'hastls lookup example.org MX --resolver udp://192.0.2.1',
    'any type, from any resolver: what it says is checked here',
  ],
] as const;

const BATCH = `A line of --batch; all but the name may be left out, and a field of another name is an error:
  {"id":1,"name":"example.org","type":"MX","resolver":"udp://127.0.0.1:5353","anchors":["example.org. DS …"],
   "at":"2026-01-31T12:00:00Z","acceptSha1":false,"minRsaBits":1024}`;

async function run(options: Own & Common, name?: string, type?: string): Promise<ExitStatus> {
  if (options.batch === true) {
    if (name !== undefined) throw new UsageError('--batch takes its names from stdin, and none from the command line');
    return lookupBatch(options);
  }
  if (name === undefined) throw new UsageError('which name? Like: hastls lookup _smtp._tcp.mail.example.org');
  const resolver = createResolver(resolverOptions(options));
  try {
    const answer = await resolver.lookup(await toOwner(name), type ?? 'HASTLS');
    const lines =
      options.json === true
        ? [JSON.stringify(answerObject(answer, typeNumber(options), traceOf(options)))]
        : answerLines(answer, typeNumber(options), paintFor(process.stdout), traceOf(options));
    for (const line of lines) await say(line);
    return statusOfProof[answer.proof];
  } finally {
    resolver.close();
  }
}

const traceOf = ({ trace }: Own): 'trace' | 'no-trace' => (trace === true ? 'trace' : 'no-trace');

/** Lines that say the same of how to ask share a resolver, and with it what it has proven. */
async function lookupBatch(options: Own & Common): Promise<ExitStatus> {
  const common = resolverOptions(options);
  const resolvers = createResolverPool();
  try {
    await batch(options, async (request) => {
      onlyFields(request, ['name', 'type', ...OF_RESOLVER]);
      const name = textField(request, 'name');
      if (name === undefined) throw new UsageError('"name" is missing');
      const owner = await toOwner(name);
      const type = textField(request, 'type') ?? 'HASTLS';
      const answer = await resolvers.using(
        JSON.stringify(OF_RESOLVER.map((field) => request[field])),
        () => optionsOf(common, request),
        (resolver) => resolver.lookup(owner, type),
      );
      return answerObject(answer, typeNumber(options), traceOf(options));
    });
    return EXIT.done;
  } finally {
    resolvers.close();
  }
}

/** Fields of a line that say how to ask. */
const OF_RESOLVER = ['resolver', 'anchors', 'at', 'acceptSha1', 'minRsaBits'];

/** What a line says of its resolver goes before what the command line says: other anchors are no part of its state. */
function optionsOf({ anchorsState, ...common }: ResolverOptions, request: Request): ResolverOptions {
  const own = ownOptions(request);
  return { ...common, ...(anchorsState === undefined || own.anchors ? {} : { anchorsState }), ...own };
}

function ownOptions(request: Request): ResolverOptions {
  const server = textField(request, 'resolver');
  const anchors = listField(request, 'anchors');
  const time = textField(request, 'at');
  const at = time === undefined ? undefined : parseTime(time);
  if (time !== undefined && at === undefined)
    throw new UsageError('"at" is no RFC 3339 time, like 2026-01-31T12:00:00Z');
  const acceptSha1 = flagField(request, 'acceptSha1');
  const minRsaBits = numberField(request, 'minRsaBits');
  const [least, most] = RSA_BITS;
  if (minRsaBits !== undefined && !(Number.isInteger(minRsaBits) && minRsaBits >= least && minRsaBits <= most))
    throw new UsageError(`"minRsaBits" is a whole number from ${least} to ${most}, and not ${minRsaBits}`);
  return {
    ...(server === undefined ? {} : { servers: [server] }),
    ...(anchors === undefined ? {} : { anchors: toAnchors(anchors.join('\n')) }),
    ...(at === undefined ? {} : { at }),
    ...(acceptSha1 === undefined ? {} : { acceptSha1 }),
    ...(minRsaBits === undefined ? {} : { minRsaBits }),
  };
}

/** A service's URL stands for the owner of its record. [R11] */
async function toOwner(name: string): Promise<string> {
  if (!name.includes('://')) return name;
  const { toTarget } = await import('hastls/profiles'); // most look-ups are of plain names
  const { service, host } = toTarget(name);
  return ownerName(service.service, host);
}
