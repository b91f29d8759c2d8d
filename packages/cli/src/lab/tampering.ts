import type { FallbackCause } from 'hastls/policy';
import type { Ears, Grip, Identity, Interference } from 'hastls/testing';
import type { Weapons } from './weapons.ts';

/** Somebody on the way between client and server, and what he does about TLS. */
export interface Tampering {
  readonly name: string;
  readonly says: string;
  /** To what is said before TLS. */
  readonly inBand: (weapons: Weapons, loot: Loot) => Interference;
  /** To a connection that begins with TLS; absent if there is nothing that he could do. */
  readonly implicit?: (loot: Loot) => Interference;
  /** What a client that is not fooled takes it for: a reason to try something else, or the end. */
  readonly noticed: { readonly inBand?: Noticed; readonly implicit?: Noticed };
  /** Demands TLS where the server does not. */
  readonly demands?: true;
}

/** `attacked`: no honest server speaks like that, so nothing else is tried. */
export type Noticed = FallbackCause | 'attacked';

/** Certificates that an attacker may get hold of. */
export interface Loot {
  /** For the attacked host, but of the attacker's own making. */
  readonly forged: Identity;
  /** Of the authority that clients trust, but for another host. */
  readonly elsewhere: Identity;
  /** Of that authority and for that host, but of the past. */
  readonly expired: Identity;
}

export const tamperings: readonly Tampering[] = [
  {
    name: 'strip',
    says: 'takes the offer of TLS away, and denies knowing what it is',
    noticed: { inBand: 'not-offered' },
    inBand: (weapons) => (grip) => ({
      fromServer: (line) => grip.toClient(weapons.offer === undefined ? line : line.replace(weapons.offer, 'XXXXXXXX')),
      ...onTrigger(weapons, grip, weapons.unknown),
    }),
  },
  {
    name: 'refuse',
    says: 'refuses the upgrade in the name of the server',
    noticed: { inBand: 'upgrade-refused' },
    inBand: (weapons) => (grip) => onTrigger(weapons, grip, weapons.refusal),
  },
  {
    name: 'inject',
    says: 'slips plaintext in behind the go-ahead',
    noticed: { inBand: 'attacked' },
    inBand: (weapons) => (grip) => onTrigger(weapons, grip, `${weapons.goAhead}\r\n${weapons.injection}`),
  },
  {
    name: 'cut',
    says: 'cuts the connection when TLS is to begin',
    noticed: { inBand: 'attacked', implicit: 'handshake' },
    inBand: (weapons) => (grip) => onTrigger(weapons, grip, undefined, () => grip.cut()),
    implicit: () => (grip) => {
      grip.cut();
      return {};
    },
  },
  {
    name: 'demand',
    says: 'demands TLS in the name of a server that does not',
    noticed: {},
    demands: true,
    inBand: (weapons) => (grip) => ({
      fromClient(line) {
        if (weapons.trigger.test(line) || weapons.openings.test(line)) grip.toServer(line);
        else grip.toClient(tagged(weapons.demand, line.split(' ', 1)[0]));
      },
    }),
  },
  impersonation('forge', 'takes the place of the server, with a certificate of his own making', 'forged', 'untrusted'),
  impersonation('redirect', 'leads to another host, whose certificate is good', 'elsewhere', 'name-mismatch'),
  impersonation(
    'revive',
    'takes the place of the server, with a key and certificate of its past',
    'expired',
    'untrusted',
  ),
];

function impersonation(name: string, says: string, looted: keyof Loot, noticed: FallbackCause): Tampering {
  return {
    name,
    says,
    noticed: { inBand: noticed, implicit: noticed },
    inBand: (weapons, loot) => (grip) =>
      onTrigger(weapons, grip, weapons.goAhead, () => grip.impersonate(loot[looted])),
    implicit: (loot) => (grip) => {
      grip.impersonate(loot[looted]);
      return {};
    },
  };
}

/** Keeps the client's request for TLS from the server, and answers it instead; all else is passed on. */
function onTrigger(
  { trigger }: Weapons,
  grip: Grip,
  answer: string | undefined,
  then: () => void = () => {},
): Pick<Ears, 'fromClient'> {
  return {
    fromClient(line) {
      const asked = trigger.exec(line);
      if (asked === null) return grip.toServer(line);
      if (answer !== undefined) grip.toClient(tagged(answer, asked[1]));
      then();
    },
  };
}

const tagged = (answer: string, tag = '*'): string => answer.replaceAll('{tag}', tag);
