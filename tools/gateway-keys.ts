// Writes the tables of keys in docs/GATEWAY.md from the schema of the gateway's file, with each key's default and what is
// said of it there. `--check` compares instead of writing.
import { readFileSync } from 'node:fs';
import { generated } from './generated.js';

const DOCUMENT = 'docs/GATEWAY.md';
const SCHEMA = '../../packages/cli/dist/daemon/gateway-config.js';

/** What is looked at of zod's schemas. */
interface Schema {
  readonly description?: string;
  readonly def?: { readonly type?: string; readonly defaultValue?: unknown };
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly out?: Schema;
  readonly unwrap?: () => Schema;
}

const { gatewayConfig } = (await import(SCHEMA)) as { readonly gatewayConfig: Schema }; // as: it is our own

/** A schema and all that is behind `optional()`, `default()` and their kin, outermost first. */
function layers(schema: Schema): readonly Schema[] {
  const inner = schema.element === undefined ? (schema.out ?? schema.unwrap?.()) : undefined;
  return inner === undefined ? [schema] : [schema, ...layers(inner)];
}

/** The table that is within a schema, if one is. */
const tableIn = (schema: Schema): Schema | undefined =>
  layers(schema)
    .flatMap((each) => (each.element === undefined ? [each] : layers(each.element)))
    .find(({ shape }) => shape !== undefined);

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(title: string, schema: Schema | undefined, isLeftOut: (key: string) => boolean = () => false): string {
  const rows = Object.entries(schema?.shape ?? {}).flatMap(([key, value]) => {
    if (isLeftOut(key)) return [];
    const all = layers(value);
    const about = all.map(({ description }) => description).find((each) => each !== undefined);
    if (about === undefined) throw new Error(`the schema says nothing of ${title} ${key}`);
    const preset = all.find(({ def }) => def?.type === 'default')?.def?.defaultValue;
    const isPlain = ['string', 'number', 'boolean'].includes(typeof preset);
    return [`| \`${key}\` | ${isPlain ? `\`${JSON.stringify(preset)}\`` : ''} | ${cell(about)} |`];
  });
  return [`### ${title}`, '', '| key | default | |', '| --- | --- | --- |', ...rows].join('\n');
}

const { gateway, defaults, ...rest } = gatewayConfig.shape ?? {};
const [one, common] = [gateway && tableIn(gateway), defaults && tableIn(defaults)];
const within = (schema: Schema | undefined, key: string) => schema?.shape?.[key] && tableIn(schema.shape[key]);
const TABLES = [
  table('At the top of the file', { shape: { ...rest, ...(gateway && { gateway }), ...(defaults && { defaults }) } }),
  table('[[gateway]]', one, (key) => common?.shape?.[key] !== undefined),
  table('[[gateway]], or [defaults] for all of them', common),
  table('backend', within(one, 'backend')),
  table('clients', within(common, 'clients')),
  ...Object.entries(rest).flatMap(([key, schema]) => {
    const inner = tableIn(schema);
    return inner === undefined ? [] : [table(`[${key}]`, inner)];
  }),
];

const [before, after] = [/^[\s\S]*<!-- keys:.*-->\n/, /<!-- end of keys -->[\s\S]*$/].map(
  (part) => part.exec(readFileSync(DOCUMENT, 'utf8'))?.[0],
);
if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no place for keys`);
generated(DOCUMENT, `${before}\n${TABLES.join('\n\n')}\n\n${after}`);
