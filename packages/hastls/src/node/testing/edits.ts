import type { Socket } from 'node:net';
import { concatBytes } from '../../core/bytes/index.ts';

/** One thing that a man in the middle does to a dialogue before TLS. */
export interface WireEdit {
  /** Whose words. */
  readonly of: 'client' | 'server';
  /** Which of them, counted from 0, as they come in segments. */
  readonly at: number;
  /** What is passed on instead, each in a segment of its own; `close` ends the connection. */
  readonly make: (words: Uint8Array) => readonly Uint8Array[] | 'close';
}

/** What can be made of words; `make` may be any function besides. */
export const edits = {
  drop: (): readonly Uint8Array[] => [],
  repeat: (words: Uint8Array): readonly Uint8Array[] => [words, words],
  close: (): 'close' => 'close',
  replaceBy:
    (...others: readonly Uint8Array[]): WireEdit['make'] =>
    () =>
      others,
  /** More in the same segment, behind the words. */
  append:
    (more: Uint8Array): WireEdit['make'] =>
    (words) => [concatBytes(words, more)],
  /** More in a segment of its own, behind the words. */
  follow:
    (more: Uint8Array): WireEdit['make'] =>
    (words) => [words, more],
  splitAt:
    (octet: number): WireEdit['make'] =>
    (words) => [words.subarray(0, octet), words.subarray(octet)],
} as const;

/** Carries out a script on two connections; from the ClientHello on everything is passed on as it is. */
export function edit(client: Socket, server: Socket, script: readonly WireEdit[]): void {
  const count = { client: 0, server: 0 };
  let isOver = false;
  const carry = (of: WireEdit['of'], from: Socket, to: Socket) => {
    let turn: Promise<void> = Promise.resolve();
    from.on('data', (words: Uint8Array) => {
      if (of === 'client' && words[0] === HANDSHAKE && words[1] === 3) isOver = true;
      const at = count[of]++;
      const chosen = isOver ? undefined : script.find((each) => each.of === of && each.at === at);
      const made = chosen === undefined ? [words] : chosen.make(words);
      turn = turn.then(async () => {
        if (made === 'close') {
          client.destroy();
          server.destroy();
          return;
        }
        for (const piece of made) {
          to.write(piece);
          if (made.length > 1) await new Promise(setImmediate);
        }
      });
    });
  };
  carry('client', client, server);
  carry('server', server, client);
}

const HANDSHAKE = 0x16; // the first octet of a ClientHello
