/** Whether one of these alternative names, as Node writes them, is one of those that are let in. */
export function isNamed(written: string, letIn: readonly string[]): boolean {
  const names = readNames(written);
  return letIn.some((rule) => {
    const [, kind = '', pattern = ''] = /^([a-z]+):(.*)$/s.exec(rule) ?? [];
    return names.some((each) => each.kind === kind && MATCHES[kind]?.(each.value, pattern) === true);
  });
}

/** What a rule can begin with. */
export const NAME_KINDS = ['dns', 'email', 'uri'] as const;

const MATCHES: Readonly<Record<string, (value: string, pattern: string) => boolean>> = {
  dns(value, pattern) {
    const [name, wanted] = [value.toLowerCase(), pattern.toLowerCase()];
    return wanted.startsWith('*.') ? /^[^.]+/.test(name) && name.replace(/^[^.]+/, '*') === wanted : name === wanted;
  },
  email(value, pattern) {
    const [[local, domain], [wanted, within]] = [halves(value), halves(pattern)];
    return domain !== '' && domain === within && (wanted === '*' || wanted === local);
  },
  uri: (value, pattern) => (pattern.endsWith('/*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern),
};

/** Mailbox and domain: only the latter does not care for case. */
function halves(address: string): readonly [local: string, domain: string] {
  const at = address.lastIndexOf('@');
  return [address.slice(0, at), address.slice(at + 1).toLowerCase()];
}

interface Name {
  readonly kind: string;
  readonly value: string;
}

/** `DNS:a.example, URI:"x, DNS:b"`: a value in which another name could hide is quoted. [CVE-2021-44532] */
function readNames(written: string): readonly Name[] {
  return [...written.matchAll(ONE)].flatMap(([, label = '', value = '']) => {
    const kind = KINDS[label];
    return kind === undefined ? [] : [{ kind, value: value.startsWith('"') ? unquoted(value) : value }];
  });
}

const ONE = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/gy; // what is not of this form ends the list
const KINDS: Readonly<Record<string, string>> = { DNS: 'dns', email: 'email', URI: 'uri' };

function unquoted(value: string): string {
  try {
    return String(JSON.parse(value));
  } catch {
    return '';
  }
}
