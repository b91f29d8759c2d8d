import { test } from 'node:test';
import { missing, type Need } from './commands.ts';
import { directory, type Peer } from './peer.ts';
import { type Meeting, witness } from './witness.ts';

/** Where a live test plays: a directory, and the peers that must be gone at its end. */
export interface Stage {
  readonly home: string;
  /** Waits for a peer to be up, and stops it when the test is over. */
  keep(peer: Promise<Peer>): Promise<Peer>;
  /** One row of the test. */
  check(name: string, body: () => Promise<void> | void): Promise<void>;
  /** One row that says something of a peer: once it has passed it is in docs/INTEROP.md. */
  shows(meeting: Meeting, body: () => Promise<void> | void): Promise<void>;
}

const { CI } = process.env;

/**
 * A test with real peers. Where one is missing the test is skipped and says what to install; with CI set nothing may be
 * missing, and it fails. When a row fails the peers' logs follow.
 */
export function live(title: string, needs: readonly Need[], body: (stage: Stage) => Promise<void>): void {
  const reasons = needs.map(missing).filter((each) => each !== undefined);
  const reason = reasons.length > 0 ? `skipped: ${reasons.join('; ')}` : undefined;
  const skip = CI === undefined ? (reason ?? false) : false;
  test(title, { skip, timeout: 300_000 }, async (t) => {
    if (reason !== undefined) throw new Error(`CI is set, so nothing may be ${reason}`);
    const peers: Peer[] = [];
    let failed = false;
    const notice = async (work: () => Promise<void> | void) => {
      try {
        await work();
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    const stage: Stage = {
      home: await directory(),
      keep: async (starting) => {
        const peer = await starting;
        peers.push(peer);
        return peer;
      },
      check: (name, row) => t.test(name, () => notice(row)),
      shows: (meeting, row) =>
        t.test(`${meeting.protocol} with ${meeting.peer}: ${meeting.shown}`, async () => {
          await notice(row);
          witness(meeting);
        }),
    };
    try {
      await notice(() => body(stage));
    } finally {
      await Promise.all(peers.map((each) => each.stop()));
      if (failed) for (const each of peers) console.error(`--- ${each.name} said:\n${each.log()}`);
    }
  });
}
