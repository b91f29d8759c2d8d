type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value | undefined };

/** A configuration as TOML, whose strings and arrays are also JSON's: tables after the keys that are not in one. */
export function toToml(table: Readonly<Record<string, unknown>>, path = ''): string {
  const entries = Object.entries(table).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  const isTables = (value: Value): value is readonly { readonly [key: string]: Value }[] =>
    Array.isArray(value) && value.length > 0 && value.every(isTable);
  const keys = entries.filter(([, value]) => !isTable(value) && !isTables(value));
  const lines = keys.map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('');
  const within = (key: string) => (path === '' ? key : `${path}.${key}`);
  const tables = entries.flatMap(([key, value]) => {
    if (isTables(value)) return value.map((each) => `\n[[${within(key)}]]\n${toToml(each, within(key))}`);
    return isTable(value) ? [`\n[${within(key)}]\n${toToml(value, within(key))}`] : [];
  });
  return lines + tables.join('');
}

const isTable = (value: unknown): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
