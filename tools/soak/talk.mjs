import { setTimeout as sleep } from 'node:timers/promises';

/** Speaks over a socket in lines. Whatever waits for more fails when the connection has ended. */
export function talk(socket) {
  const heard = socket[Symbol.asyncIterator]();
  let waiting = Buffer.alloc(0);

  async function more() {
    const { value, done } = await heard.next();
    if (done) throw new Error(`it ended after "${waiting.subarray(-60).toString('latin1')}"`);
    return value;
  }

  async function line() {
    while (!waiting.includes('\n')) waiting = Buffer.concat([waiting, await more()]);
    const end = waiting.indexOf('\n') + 1;
    const said = waiting.subarray(0, end).toString('latin1').trimEnd();
    waiting = waiting.subarray(end);
    return said;
  }

  return {
    line,
    say: (words) => void socket.write(words, 'latin1'),
    /** The last line of a reply, which has to begin with this. */
    async reply(start) {
      let said = await line();
      while (/^\d{3}-/.test(said)) said = await line();
      if (!said.startsWith(start)) throw new Error(`"${start}" was to be said, but it was: ${said}`);
      return said;
    },
    /** Everything up to this ending, piece by piece. */
    async until(ending, take) {
      let last = Buffer.alloc(0);
      for (;;) {
        const piece = waiting.length > 0 ? waiting : await more();
        waiting = Buffer.alloc(0);
        last = Buffer.concat([last.subarray(-ending.length), piece]);
        const at = last.indexOf(ending);
        const belongs = at < 0 ? piece : piece.subarray(0, piece.length - (last.length - at - ending.length));
        await take(belongs);
        if (at < 0) continue;
        waiting = piece.subarray(belongs.length);
        return;
      }
    },
    /** Waits for what has been written to be taken, or never to be. */
    async drained() {
      while (socket.writableNeedDrain && !socket.destroyed) await sleep(1);
    },
  };
}
