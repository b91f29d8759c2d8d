import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Need, run } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { Certificate } from './test-ca.ts';

export const NNRPD: Need = { packages: 'inn2', commands: ['nnrpd'], root: true };

/** Where nnrpd listens: it takes one port a process. */
export interface NnrpdPort {
  readonly port: number;
  /** TLS from the first byte; else STARTTLS is offered, and not demanded. */
  readonly implicit: boolean;
}

/** A news server's files, with one empty newsgroup, `local.test`; gives its configuration file. */
export async function prepareNews(home: string, certificate: Certificate): Promise<string> {
  const [config, news, key] = [join(home, 'inn.conf'), join(home, 'news'), join(home, 'news.key')];
  await mkdir(news);
  await writeFile(
    config,
    `domain: test
pathhost: news.test
mta: "/bin/false %s"
hismethod: hisv6
enableoverview: true
ovmethod: tradindexed
readerswhenstopped: true
nnrpdloadlimit: 0
pathnews: /usr/lib/news
pathdb: ${news}
pathetc: ${news}
pathrun: ${news}
pathspool: ${news}
pathoverview: ${news}
pathlog: ${news}
pathtmp: ${news}
tlscafile: ${certificate.ca}
tlscertfile: ${certificate.chain}
tlskeyfile: ${key}
`,
  );
  const files = {
    active: 'local.test 0000000000 0000000001 y\n',
    newsgroups: 'local.test\tnothing yet\n',
    history: '',
    'group.index': '',
    'storage.conf': 'method tradspool {\n  newsgroups: *\n  class: 0\n}\n',
    'readers.conf': `auth loopback {
  hosts: "127.0.0.0/8"
  default: "<anybody>"
}
access all {
  users: "*"
  newsgroups: "*"
}
`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(news, name), text);
  await copyFile(certificate.key, key);
  await run('chown', '-R', 'news:news', news, key); // nnrpd gives up root, and looks who owns the key
  return config;
}

/** INN's reader daemon on one port. It logs to syslog only. */
export function startNnrpd(config: string, { port, implicit }: NnrpdPort): Promise<Peer> {
  return start({
    name: 'nnrpd',
    command: 'nnrpd',
    args: ['-D', '-f', '-n', ...(implicit ? ['-S'] : []), '-4', '127.0.0.1', '-p', String(port)],
    env: { INNCONF: config },
    isReady: () => listening([port]),
  });
}
