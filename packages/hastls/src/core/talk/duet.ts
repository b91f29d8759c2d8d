import type { Machine } from './driver.ts';
import { shown } from './transcript.ts';

/**
 * Lets two machines talk to each other until neither has anything left to say, and gives what was said: a transcript of the
 * client's `C` and the server's `S`. `cut` decides into which pieces the octets are delivered: whole by default.
 */
export function duet(
  client: Machine<unknown>,
  server: Machine<unknown>,
  cut: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes],
): readonly string[] {
  const heard: string[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to, who] of [
      [server, client, 'S'],
      [client, server, 'C'],
    ] as const)
      for (let sent = from.output.shift(); sent !== undefined; sent = from.output.shift()) {
        moved = true;
        heard.push(...shown(who, sent));
        for (const piece of cut(sent)) to.feed(piece);
      }
  }
  return heard;
}
