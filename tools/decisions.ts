// Writes docs/DECISIONS.md from the code: every stance × proof × record class × preference, then sets of records.
// `--check` compares instead of writing. A person has read the committed table once; CI reads it ever after.
import { readHastls, toPort } from 'hastls/dns';
import { type Decision, decide, type Evidence, PROOFS, type Request, STANCES } from 'hastls/policy';
import { generated, heading, row } from './generated.js';

// A service that has everything: a plaintext port with an in-band upgrade, and a TLS port.
const service = { name: 'imap', ports: { plain: [143], tls: [993] }, inBand: true } as const;

const CLASSES: readonly (readonly [name: string, ports: string | undefined])[] = [
  ['plain-only', '143 0'],
  ['tls-only', '0 993'],
  ['two-ports', '143 993'],
  ['in-band', '143 143'],
  ['none', undefined],
];

const SETS: readonly (readonly [what: string, records: readonly string[], port?: number])[] = [
  ['one class, two pairs', ['143 993 0', '1143 1993 0']],
  ['the same, TLS port 1993 configured', ['143 993 0', '1143 1993 0'], 1993],
  ['the same, another port configured', ['143 993 0', '1143 1993 0'], 2143],
  ['one preference 1 among them', ['143 993 0', '1143 1993 1']],
  ['preference 1, another port configured', ['143 993 1'], 2143],
  ['in-band and separate', ['143 143 0', '143 993 0']],
  ['in-band and separate, plaintext unwanted', ['143 143 1', '143 993 1']],
  ['plaintext here, TLS there', ['1143 0 0', '0 993 0']],
  ['the same, plaintext port configured', ['1143 0 0', '0 993 0'], 1143],
  ['TLS only on the in-band port', ['0 143 0']],
  ['unknown preference', ['143 143 2']],
  ['an unusable one beside a good one', ['0 0 1', '143 143 0']],
  ['all unusable', ['0 0 1']],
  ['differing only in preference', ['143 143 0', '143 143 1']],
  ['no TLS, yet plaintext unwanted, beside TLS', ['1143 0 1', '143 993 0']],
];

const record = (text: string) => {
  const [plain = 0, tls = 0, preference = 0] = text.split(' ').map(Number);
  return readHastls(Uint8Array.of(plain >> 8, plain, tls >> 8, tls, preference >> 8, preference));
};

const LETTERS = { tls: 'T', upgrade: 'U', plaintext: 'I' } as const;

function steps({ plan }: Decision): string {
  if (plan.length === 0) return '**X**';
  return plan
    .map(({ do: how, port }, index) => {
      const stepDown = how === 'plaintext' && index > 0 && plan[index - 1]?.do !== 'plaintext';
      return `${stepDown ? '→ ' : ''}${LETTERS[how]}${port}`;
    })
    .join(' ');
}

const rules = ({ because }: Decision): string => [...new Set(because.map(({ rule }) => rule))].join(' ');

function singleRows(): readonly string[] {
  return PROOFS.flatMap((proof) =>
    CLASSES.flatMap(([name, ports]) =>
      [0, 1].flatMap((preference) =>
        STANCES.map((stance) => {
          const evidence: Evidence = { proof, records: ports === undefined ? [] : [record(`${ports} ${preference}`)] };
          const decision = decide({ service, stance, evidence });
          return row(
            proof,
            name,
            ports === undefined ? '–' : String(preference),
            stance,
            steps(decision),
            rules(decision),
          );
        }),
      ),
    ),
  );
}

function setRows(): readonly string[] {
  return SETS.map(([what, records, configured]) => {
    const port = configured === undefined ? undefined : toPort(configured);
    const cells = STANCES.map((stance) => {
      const request: Request = { service, stance, evidence: { proof: 'secure', records: records.map(record) } };
      return steps(decide(port === undefined ? request : { ...request, port }));
    });
    return row(what, records.map((each) => `\`${each}\``).join(', '), ...cells);
  });
}

generated(
  'docs/DECISIONS.md',
  [
    '# Decisions',
    '',
    'What a client does, for every stance, proof, record class and preference. Written by `npm run docs` from',
    '`core/policy`; CI compares. The service is one with an in-band upgrade on port 143 and TLS on port 993.',
    '',
    '`T` TLS from the first octet, `U` the in-band upgrade, mandatory, `I` plaintext, **X** no connection is made.',
    'Each step is a new connection; `→` stands before a step down, taken only if every secure attempt of its pair failed',
    'for an allowed cause. TLS always means an authenticated server.',
    '',
    '## One record',
    '',
    ...heading('proof', 'record', 'preference', 'stance', 'plan', 'rules'),
    ...singleRows(),
    '',
    '## Several records, proven secure',
    '',
    ...heading('what', 'records', ...STANCES),
    ...setRows(),
    '',
  ].join('\n'),
);
