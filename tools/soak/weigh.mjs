// Preloaded into the real daemons: when they are asked, they give back what memory they can, and say what they have left.
// This way V8 gives back the room for what is new, too, which is as large as the machine is fast; `gc()` leaves it.
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
process.on('message', () => {
  session.post('HeapProfiler.collectGarbage', () => process.send(process.memoryUsage()));
});
process.channel?.unref(); // it alone keeps nobody running
process.on('disconnect', () => process.exit(1)); // nobody is left to be carried for
