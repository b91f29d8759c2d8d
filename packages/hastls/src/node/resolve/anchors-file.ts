import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { anchorsStateToText, readAnchorsState, type TrackedZone } from '../../core/dnssec/index.ts';
import { crypto } from '../crypto.ts';
import { HastlsError } from '../errors.ts';

/** The zones' keys as they were last seen; none when there is no such file yet. @throws HastlsError ERR_HASTLS_STATE */
export async function readState(path: string): Promise<readonly TrackedZone[]> {
  const { text, isOpen } = await read(path);
  if (isOpen)
    throw refuse(path, 'could have been written by anybody: have it belong to us, and let nobody else write it');
  const zones = readAnchorsState(text);
  if (zones.ok) return zones.value;
  throw refuse(path, `cannot be believed: ${zones.why}; mend it, or remove it to begin with the configured anchors`);
}

/** What is in the file, and whether others may write it who are not trusted with the anchors. */
async function read(path: string): Promise<{ readonly text: string; readonly isOpen: boolean }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { mode, uid } = await file.stat();
    const isOurs = [0, process.getuid?.() ?? uid].includes(uid);
    return { text: await file.readFile('utf8'), isOpen: !isOurs || (mode & WRITABLE_BY_ALL) !== 0 };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { text: NOTHING, isOpen: false };
    throw refuse(path, 'cannot be read', error);
  } finally {
    await file?.close();
  }
}

const WRITABLE_BY_ALL = 0o002;
const NOTHING = anchorsStateToText([]);

/** Replaces the file as a whole, so that whoever reads it finds the old state or the new one. @throws HastlsError ERR_HASTLS_STATE */
export async function writeState(path: string, zones: readonly TrackedZone[]): Promise<void> {
  const temporary = `${path}.${crypto().randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(anchorsStateToText(zones));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // of the two errors the first is told
    throw refuse(path, 'cannot be written', error);
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const refuse = (path: string, why: string, cause?: unknown): HastlsError =>
  new HastlsError(
    'ERR_HASTLS_STATE',
    `the state of the trust anchors in ${path} ${why}${cause instanceof Error ? `: ${cause.message}` : ''}`,
    [],
    cause,
  );
