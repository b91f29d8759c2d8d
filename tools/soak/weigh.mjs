// Preloaded into the real daemons: when they are asked, they collect garbage and say what memory they have left.
process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  process.send(process.memoryUsage());
});
process.channel?.unref(); // it alone keeps nobody running
process.on('disconnect', () => process.exit(1)); // nobody is left to be carried for
