import { ipVersion, type Upstream, upstreamAt } from './upstream.ts';

/** Whom the system would ask, and how patiently. */
export interface SystemResolvers {
  readonly servers: readonly Upstream[];
  /** How long a server has before the next try; absent when the file does not say. */
  readonly patienceMs?: number;
  /** How often each server is asked; absent when the file does not say. */
  readonly rounds?: number;
}

const MAX_OCTETS = 64 * 1024;
// The C library's own bounds. [resolv.conf(5)]
const MAX_SERVERS = 3;
const MAX_TIMEOUT_S = 30;
const MAX_ATTEMPTS = 5;

/** What `/etc/resolv.conf` says; a file that cannot be read says nothing, as for the C library. */
export function systemResolvers(path = '/etc/resolv.conf'): SystemResolvers {
  let text = '';
  try {
    const { readFileSync } = process.getBuiltinModule('node:fs'); // as an ES module it is slow to load
    text = readFileSync(path, 'latin1').slice(0, MAX_OCTETS);
  } catch {
    // no file: the resolver of this machine, below
  }
  return parseResolvConf(text);
}

/** Reads the lines that concern transport; without a server it is the one on this machine. */
export function parseResolvConf(text: string): SystemResolvers {
  const servers: Upstream[] = [];
  const options = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/[ \t]+/); // a comment's `#` or `;` is no keyword
    const [value = ''] = values;
    if (keyword === 'nameserver' && ipVersion(value) !== undefined && servers.length < MAX_SERVERS)
      servers.push(upstreamAt(value));
    if (keyword === 'options')
      for (const [, option = '', digits] of values.map((each) => /^(timeout|attempts):([0-9]{1,4})$/.exec(each) ?? []))
        options.set(option, Number(digits));
  }
  const timeout = options.get('timeout') ?? 0;
  const attempts = options.get('attempts') ?? 0;
  return {
    servers: servers.length > 0 ? servers : [upstreamAt('127.0.0.1')],
    ...(timeout > 0 && { patienceMs: Math.min(timeout, MAX_TIMEOUT_S) * 1000 }),
    ...(attempts > 0 && { rounds: Math.min(attempts, MAX_ATTEMPTS) }),
  };
}
