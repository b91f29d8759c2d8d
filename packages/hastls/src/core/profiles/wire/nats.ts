import { firstWord } from '../../talk/index.ts';

/** What a server tells about itself. */
export type Info = Readonly<Record<string, unknown>>;

/** Reads it, if it is an object. */
export function readInfo(heard: string): Info | undefined {
  if (firstWord(heard) !== 'INFO') return undefined;
  try {
    const value: unknown = JSON.parse(heard.slice(5));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes it. */
export const writeInfo = (info: Info): string => `INFO ${JSON.stringify(info)}`;

/** What there is to tell that commits to nothing. */
export const ABOUT: Info = { server_id: '0', version: '2.9.0', proto: 1, headers: true, max_payload: 1_048_576 };
