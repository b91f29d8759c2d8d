import assert from 'node:assert/strict';
import { latin1, text } from '#core/bytes/index.js';
import {
  type Mediation,
  type MediationOutcome,
  type Mediator,
  mediate,
  type Party,
  type Profile,
  type ServerContext,
} from '#core/talk/index.js';

/** Somebody in the middle, fed by hand. Each word gives what that made it say: `C` to the client, `B` to the backend. */
export interface Middleman {
  readonly mediator: Mediator;
  client(...pieces: readonly (string | Uint8Array)[]): string;
  backend(...pieces: readonly (string | Uint8Array)[]): string;
}

/** Holds a mediation, and sends what it says as a socket would. */
export function middleman(mediation: Mediation<MediationOutcome>): Middleman {
  const mediator = mediate(mediation);
  const feed =
    (from: Party) =>
    (...pieces: readonly (string | Uint8Array)[]): string => {
      for (const piece of pieces) mediator.feed(from, typeof piece === 'string' ? latin1(piece) : piece);
      let said = '';
      let to: Party | undefined;
      for (const each of mediator.output.splice(0)) {
        if (each.to !== to) said += each.to === 'client' ? 'C:' : 'B:';
        to = each.to;
        said += text(each.bytes);
      }
      return said;
    };
  return { mediator, client: feed('client'), backend: feed('backend') };
}

/** Puts somebody into the middle of a protocol. */
export function inTheMiddle({ name, middle }: Profile, as: Partial<ServerContext> = {}): Middleman {
  assert.ok(middle, `${name} cannot be followed`);
  return middleman(middle.mediate({ host: 'gateway.example', mode: 'prefer', ...as }));
}
