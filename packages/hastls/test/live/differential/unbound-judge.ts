import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeMessage, encodeMessage, type Message, type Question, RCODE, recordToText } from '#core/dns/index.js';
import type { Anchor } from '#core/dnssec/index.js';
import { createDatagrams } from '#node/resolve/udp.js';
import { listening, type Peer, start } from '../peers/peer.ts';
import { confinedTo } from '../peers/unbound.ts';

/** What Unbound is to believe, and whom to ask. */
export interface Bench {
  readonly port: number;
  readonly upstream: number;
  readonly anchors: readonly Anchor[];
  /** Seconds since 1970: the time that Unbound takes it to be. */
  readonly at: number;
}

/** Unbound as a judge: it validates what one server tells it, and makes nothing up from what it heard before. */
export async function startJudge(home: string, { port, upstream, anchors, at }: Bench): Promise<Peer> {
  const config = join(home, `judge-${port}.conf`);
  const anchorFile = join(home, `judge-${port}.anchors`);
  await writeFile(anchorFile, anchors.map(({ record }) => `${recordToText(record)}\n`).join(''));
  await writeFile(
    config,
    `server:
${confinedTo(home)}
  interface: 127.0.0.1
  port: ${port}
  edns-buffer-size: 65535
  max-udp-size: 65535
  unknown-server-time-limit: 5000
  trust-anchor-file: "${anchorFile}"
  trust-anchor-signaling: no
  root-key-sentinel: no
  module-config: "validator iterator"
  val-override-date: "${asDate(at)}"
  val-sig-skew-min: 0
  val-sig-skew-max: 0
  val-nsec3-keysize-iterations: "1024 50 2048 50 4096 50"
  ede: yes
  val-log-level: 2
  aggressive-nsec: no
  harden-below-nxdomain: no
  qname-minimisation: no
  deny-any: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
`,
  );
  return start({
    name: 'Unbound',
    command: 'unbound',
    args: ['-d', '-p', '-c', config],
    isReady: () => listening([port]),
  });
}

/** Asks a validating resolver, again and again: an answer that took it too long it keeps, but does not send. */
export async function ask(port: number, question: Question): Promise<Message> {
  const datagrams = createDatagrams({ url: '', transport: 'udp', address: '127.0.0.1', port });
  for (let left = TRIES; ; left--) {
    const heard = await datagrams
      .exchange(queryFor(question), AbortSignal.timeout(PATIENCE_MS))
      .catch((error: Error) => {
        if (left === 0 || error.name !== 'TimeoutError') throw error;
      })
      .finally(() => datagrams.close());
    const read = heard && decodeMessage(heard);
    if (read !== undefined && !read.ok) throw new Error(`Unbound sends what cannot be read: ${read.why}`);
    if (read) return read.value;
  }
}

const TRIES = 15;
const PATIENCE_MS = 2000;

/** With DO, and without CD: its own judgement is wanted. */
const queryFor = (question: Question): Uint8Array =>
  encodeMessage({
    id: 1,
    flags: {
      response: false,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      authenticated: false,
      checkingDisabled: false,
    },
    opcode: 0,
    rcode: RCODE.NOERROR,
    questions: [question],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { udpSize: 65_535, dnssecOk: true, version: 0, options: [] },
  });

/** `YYYYMMDDHHMMSS`, in UTC. */
const asDate = (at: number): string => new Date(at * 1000).toISOString().replaceAll(/[-:T]|\..*/g, '');
