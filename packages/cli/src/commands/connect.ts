import type { Command } from 'commander';
import { type Connection, connect } from 'hastls';
import { type Connected, connectionObject, connectionTree, drawTree, printable } from 'hastls/report';
import { does } from '../command.ts';
import type { Common } from '../common-options.ts';
import { decidedBy } from '../decided.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { complain, note } from '../failure.ts';
import { profileFor } from '../own-protocol.ts';
import { paintFor } from '../paint.ts';
import { relay } from '../relay.ts';
import { resolverOptions } from '../resolver-options.ts';
import { addServiceOptions, type ServiceOptions } from '../service-options.ts';
import { say } from '../terminal.ts';
import { typeNumber } from '../type-number.ts';

interface Own extends ServiceOptions {
  readonly print?: boolean;
}

export function declare(command: Command): void {
  addServiceOptions(command.argument('<url>', 'the service: smtp://host, imap://host:1143, imaps://host')).option(
    '--print',
    'show what was negotiated and why, and end; --json implies it',
  );
  does<Own>(command, EXAMPLES, run);
}

const EXAMPLES = [
  ['hastls connect imap://mail.example.org', 'talk IMAP over TLS: stdin and stdout are the secured stream'],
  [
    'hastls connect smtp://mail.example.org --stance cfb --print',
    'how would a client that allows fallback be connected?',
  ],
  ["printf 'QUIT\\r\\n' | hastls connect smtp://mail.example.org", 'from a script'],
] as const;

async function run(options: Own & Common, url = ''): Promise<ExitStatus> {
  const connection = await connect(url, {
    ...(await profileFor(url, options.profile)),
    dns: resolverOptions(options),
    ...(options.stance === undefined ? {} : { stance: options.stance }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  });
  if (options.print !== true && options.json !== true) return talk(connection, options);
  connection.socket.destroy();
  const connected = toConnected(connection, typeNumber(options));
  if (options.json === true) await say(JSON.stringify(connectionObject(connected)));
  else for (const line of drawTree(connectionTree(connected, paintFor(process.stdout)))) await say(line);
  return EXIT.done;
}

async function talk({ security, how, socket, tried }: Connection, options: Common): Promise<ExitStatus> {
  const steps = tried.map(({ do: step, port, why }) => `${step}, port ${port}: ${printable(why)}`);
  if (security === 'tls') note(options, 'info', `connected: ${how} TLS`, steps);
  else complain(`mind: this connection is ${security}`, steps); // whatever --quiet says: nobody may learn of this later
  const broken = await relay(socket);
  if (broken === undefined) return EXIT.done;
  complain(`the connection broke: ${printable(broken.message)} (${broken.code ?? 'no code'})`);
  return EXIT.unknown;
}

function toConnected(connection: Connection, hastlsType: number): Connected {
  const { explanation, security, how, tried } = connection;
  const decided = { ...decidedBy(explanation, hastlsType), security, how, tried };
  if (connection.security === 'plaintext') return { ...decided, tls: undefined };
  const { protocol, cipher, group, alpn, certificate } = connection;
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
  return {
    ...decided,
    tls: {
      protocol,
      cipher,
      group,
      alpn,
      certificate: certificate && {
        ...certificate,
        from: seconds(certificate.notBefore),
        until: seconds(certificate.notAfter),
      },
    },
  };
}
