import { knownNames } from 'hastls/profiles';
import { type Profile, readProtocol } from 'hastls/talk';
import { z } from 'zod';

/** A protocol that a file brings along: as it stands there, and what was made of it. */
export interface OwnProtocol {
  readonly data: Readonly<Record<string, unknown>>;
  readonly profile: Profile;
}

const protocol = z.record(z.string(), z.unknown()).transform((data, context): OwnProtocol => {
  const read = readProtocol(data, knownNames);
  if (read.ok) return { data, profile: read.value };
  for (const { key, why } of read.faults) context.addIssue({ code: 'custom', path: [key], message: why });
  return z.NEVER;
});

/** The `[[protocol]]` tables of a file; the library says what stands in one. */
export const protocols = z.array(protocol).default([]);

/** A file with nothing else in it. */
export const protocolsFile = z.strictObject({ protocol: z.array(protocol).min(1) });

/** The one that this URL asks for, if it is among them. */
export const asked = (url: string, own: readonly OwnProtocol[]): Profile | undefined =>
  own.find(({ profile }) => url.toLowerCase().startsWith(`${profile.name}://`))?.profile;

/** They as they would be written. */
export const printedProtocols = (
  own: readonly OwnProtocol[],
): { readonly protocol?: readonly OwnProtocol['data'][] } =>
  own.length === 0 ? {} : { protocol: own.map(({ data }) => data) };
