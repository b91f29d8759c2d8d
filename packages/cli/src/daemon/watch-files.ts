import { statSync } from 'node:fs';

/**
 * Tells when one of these files is another than before. Looks at each through all links, time and again: whoever replaces
 * a file, a link, a directory or a mount is seen alike. Told when nothing changed any more between two looks, as a
 * certificate is written before its key.
 * @param files looked up anew each time: what a configuration names can change with it
 * @returns calls it off
 */
export function watchFiles(everyMs: number, files: () => readonly string[], changed: () => void): () => void {
  if (everyMs === 0) return () => {};
  let told = looksOf(files());
  let last = told;
  const timer = setInterval(() => {
    const now = looksOf(files());
    if (now !== told && now === last) {
      told = now;
      changed();
    }
    last = now;
  }, everyMs);
  return () => clearInterval(timer);
}

const looksOf = (files: readonly string[]): string => files.map((file) => `${file} ${lookOf(file)}`).join('\n');

function lookOf(file: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return 'not there';
  }
}
