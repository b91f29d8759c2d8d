import { open, readFile, rename, rm } from 'node:fs/promises';
import { anchorsStateToText, readAnchorsState, type TrackedZone } from '../../core/dnssec/index.ts';
import { crypto } from '../crypto.ts';
import { HastlsError } from '../errors.ts';

/** The zones' keys as they were last seen; none when there is no such file yet. @throws HastlsError ERR_HASTLS_STATE */
export async function readState(path: string): Promise<readonly TrackedZone[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw refuse(path, 'cannot be read', error);
  }
  const zones = readAnchorsState(text);
  if (zones.ok) return zones.value;
  throw refuse(path, `cannot be believed: ${zones.why}; mend it, or remove it to begin with the configured anchors`);
}

/** Replaces the file as a whole, so that whoever reads it finds the old state or the new one. @throws HastlsError ERR_HASTLS_STATE */
export async function writeState(path: string, zones: readonly TrackedZone[]): Promise<void> {
  const temporary = `${path}.${crypto().randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
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
