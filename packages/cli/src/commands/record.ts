import type { Command } from 'commander';
import { parent } from 'hastls/dns';
import { findService, toTarget } from 'hastls/profiles';
import { publish, RECORD_FORMS, type RecordForm, type RecordWish, recordInForm } from 'hastls/record';
import { does } from '../command.ts';
import { type Common, toInteger, toWord } from '../common-options.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { note, UsageError } from '../failure.ts';
import { say } from '../terminal.ts';
import { typeNumber } from '../type-number.ts';

const FORMS = [...RECORD_FORMS, 'all'] as const;

interface Own {
  readonly plain: number;
  readonly tls: number;
  readonly preference: number;
  readonly ttl?: number;
  readonly zone?: string;
  readonly form: (typeof FORMS)[number];
}

export function declare(command: Command): void {
  const port = toInteger(0, 65_535);
  command
    .argument('<service>', 'the service and its host: smtp://mail.example.org, or _smtp._tcp.mail.example.org')
    .requiredOption('--plain <port>', 'its plaintext port; 0: not to be had in plaintext', port)
    .requiredOption(
      '--tls <port>',
      'its TLS port; 0: not to be had; the plaintext port: by in-band upgrade there',
      port,
    )
    .requiredOption('--preference <n>', '1: plaintext is unwelcome, and no client uses it; 0: no preference', port)
    .option('--ttl <seconds>', 'how long resolvers may keep it (default: 300)', toInteger(0, 999_999_999))
    .option('--zone <name>', "the zone it goes into (default: the host's name less its first label)")
    .option('--form <form>', `how to write it: ${FORMS.join(', ')}`, toWord(FORMS), 'native');
  does<Own>(command, EXAMPLES, run);
}

const EXAMPLES = [
  [
    'hastls record smtp://mail.example.org --plain 25 --tls 25 --preference 1',
    'STARTTLS on port 25, and nobody falls back',
  ],
  ['hastls record imap://mail.example.org --plain 0 --tls 993 --preference 1', 'TLS only, on a port of its own'],
  [
    'hastls record _http._tcp.www.example.org --plain 80 --tls 443 --preference 0 --form knotc --zone example.org',
    'both, and let clients choose; as commands for Knot DNS',
  ],
] as const;

async function run(options: Own & Common, service = ''): Promise<ExitStatus> {
  const { plain, tls, preference, ttl } = options;
  const wish: RecordWish = {
    ...toOwner(service),
    ...{ plain, tls, preference, hastlsType: typeNumber(options) },
    outside: 'outside-allowed', // typeNumber() has seen to that
    ...(ttl === undefined ? {} : { ttl }),
  };
  const published = publish(wish, (name) => findService(name)?.service);
  if (!published.ok) throw new UsageError(published.why);
  for (const { rule, text } of published.value.advice) note(options, 'warn', `mind: ${text} [${rule}]`);

  const form = options.json === true ? 'json' : options.form;
  const guess = parent(published.value.host);
  if (options.zone === undefined && (form === 'all' || NEEDS_ZONE.includes(form)))
    note(options, 'warn', `mind: the zone ${guess} is a guess; --zone says which it is`);
  for (const each of form === 'all' ? RECORD_FORMS : [form]) {
    const zone = options.zone ?? (NEEDS_ZONE.includes(each) ? guess : undefined);
    const written = recordInForm(published.value, each, zone);
    if (!written.ok) throw new UsageError(written.why);
    await say(form === 'all' ? `; ${each}\n${written.value}\n` : written.value);
  }
  return EXIT.done;
}

/** Forms that cannot be written without the zone's name. */
const NEEDS_ZONE: readonly RecordForm[] = ['knotc', 'pdnsutil'];

/** Whose record it is: a URL of a service we know, or any service's owner name. */
function toOwner(text: string): Pick<RecordWish, 'service' | 'host' | 'transport'> {
  if (text.includes('://')) {
    const { service, host, port } = toTarget(text);
    if (port !== undefined)
      throw new UsageError(`a record stands for the host, not for its port ${port}: use --plain and --tls`);
    return { service: service.name, host };
  }
  const [, service, transport, host] = /^_([^.]+)\._([^.]+)\.(.+)$/.exec(text) ?? [];
  if (service === undefined || transport === undefined || host === undefined)
    throw new UsageError(`"${text}" names no service: write smtp://mail.example.org or _smtp._tcp.mail.example.org`);
  return { service, transport, host };
}
