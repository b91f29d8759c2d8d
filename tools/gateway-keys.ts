// Writes the tables of keys in docs/GATEWAY.md and docs/TUNNEL.md from the schemas of the daemons' files, with each key's
// default and what is said of it there. `--check` compares instead of writing.
import { readFileSync } from 'node:fs';
import { generated } from './generated.js';

const DAEMONS = '../../packages/cli/dist/daemon';

/** What is looked at of zod's schemas. */
interface Schema {
  readonly description?: string;
  readonly def?: { readonly type?: string; readonly defaultValue?: unknown };
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly out?: Schema;
  readonly unwrap?: () => Schema;
}

const [{ gatewayConfig }, { tunnelConfig }] = (await Promise.all([
  import(`${DAEMONS}/gateway-config.js`),
  import(`${DAEMONS}/tunnel-config.js`),
])) as [{ readonly gatewayConfig: Schema }, { readonly tunnelConfig: Schema }]; // as: they are our own

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
/** A table for each of these that is one. */
const operating = (keys: Readonly<Record<string, Schema>>) =>
  Object.entries(keys).flatMap(([key, schema]) => {
    const inner = tableIn(schema);
    return inner === undefined ? [] : [table(`[${key}]`, inner)];
  });

write('docs/GATEWAY.md', [
  table('At the top of the file', { shape: { ...rest, ...(gateway && { gateway }), ...(defaults && { defaults }) } }),
  table('[[gateway]]', one, (key) => common?.shape?.[key] !== undefined),
  table('[[gateway]], or [defaults] for all of them', common),
  table('backend', within(one, 'backend')),
  table('clients', within(common, 'clients')),
  ...operating(rest),
]);

const { tunnel, ...others } = tunnelConfig.shape ?? {};
write('docs/TUNNEL.md', [
  table('At the top of the file', tunnelConfig),
  table('[[tunnel]]', tunnel && tableIn(tunnel)),
  ...operating(others),
]);

function write(document: string, tables: readonly string[]): void {
  const [before, after] = [/^[\s\S]*<!-- keys:.*-->\n/, /<!-- end of keys -->[\s\S]*$/].map(
    (part) => part.exec(readFileSync(document, 'utf8'))?.[0],
  );
  if (before === undefined || after === undefined) throw new Error(`${document} has no place for keys`);
  generated(document, `${before}\n${tables.join('\n\n')}\n\n${after}`);
}
