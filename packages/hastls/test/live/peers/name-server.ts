import { run } from './commands.ts';
import type { Peer } from './peer.ts';

/** A zone as a person writes it. `broken` is signed, and one promise in it changed afterwards. */
export interface Zone {
  readonly origin: string;
  readonly text: string;
  readonly kind: 'signed' | 'unsigned' | 'broken';
}

/** An authoritative server, whichever software it is. */
export interface NameServer {
  /** Makes the key of a zone to be signed; gives the DS record that its parent must hold. */
  newKey(origin: string): Promise<string>;
  /** Signs what is to be signed, and serves all of it. */
  start(zones: readonly Zone[]): Promise<Peer>;
}

/** Whether the server on this port answers for all of these zones. */
export async function serves(port: number, zones: readonly Zone[]): Promise<boolean> {
  const asked = zones.flatMap(({ origin }) => ['+time=1', '+tries=1', '+noall', '+comments', origin, 'SOA']);
  const answers = await run('dig', '@127.0.0.1', '-p', String(port), '+norecurse', ...asked).catch(() => '');
  return answers.split('status: NOERROR').length - 1 === zones.length;
}

/** A signed zone file in which the promise "never plaintext" was changed to "plaintext is fine", its signature kept. */
export function tamper(signed: string): string {
  const changed = signed.replaceAll(/(?<=TYPE65400\s+\\#\s+6\s+\(?\s*[0-9A-Fa-f]{8}\s?)0001/g, '0000');
  if (changed === signed) throw new Error('no promise to tamper with in this zone');
  return changed;
}
