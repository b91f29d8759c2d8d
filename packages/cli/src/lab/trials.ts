import { isDeepStrictEqual } from 'node:util';
import { readAnchors } from 'hastls/dnssec';
import { STANCES } from 'hastls/policy';
import { createResolver, type Resolver } from 'hastls/resolve';
import { type Expectation, expectation, type Trial } from './expectation.ts';
import type { Host } from './host.ts';
import type { Lab } from './lab.ts';
import { carryOut, type Outcome } from './trial.ts';

/** A trial, how it ended, and what about that is not as it must be. */
export interface Tale {
  readonly trial: Trial;
  readonly expected: Expectation;
  readonly outcome: Outcome;
  readonly faults: readonly string[];
}

const AT_ONCE = 16;
const LOOKUP_MS = 2000; // by which silence is told from an answer

/** Puts every stance before every server of the lab, honest and attacked. Hosts are tried side by side, each by one at a time. */
export async function tryEverything(lab: Lab): Promise<readonly Tale[]> {
  const anchors = readAnchors(lab.anchors.join('\n'));
  if (!anchors.ok) throw new RangeError(anchors.why);
  const resolverAt = (server: string, timeoutMs: number): Resolver =>
    createResolver({ servers: [server], anchors: anchors.value, timeoutMs });
  const truthful = resolverAt(lab.resolver, 5 * LOOKUP_MS);
  const liars = lab.liars.map(({ deception, resolver }) => ({ deception, resolver: resolverAt(resolver, LOOKUP_MS) }));

  const tryHost = async (host: Host): Promise<readonly Tale[]> => {
    const isDeceivable = host.signed && host.tampering === undefined && host.ports.plain !== undefined;
    const sources = [{ deception: undefined, resolver: truthful }, ...(isDeceivable ? liars : [])];
    const tales: Tale[] = [];
    for (const { deception, resolver } of sources) {
      const known = remembering(resolver);
      for (const stance of STANCES) {
        const trial = { host, stance, deception };
        const expected = expectation(trial);
        const outcome = await carryOut(trial, known, lab.authority);
        tales.push({ trial, expected, outcome, faults: faultsOf(trial, outcome, expected) });
      }
    }
    return tales;
  };
  try {
    // without a proven record or a plaintext port there is nothing to dial
    return await eachOf(
      lab.hosts.filter(({ signed, ports }) => signed || ports.plain !== undefined),
      tryHost,
    );
  } finally {
    for (const { resolver } of [...liars, { resolver: truthful }]) resolver.close();
  }
}

/** Asks each question once: what could not be proven is else asked anew for each stance. */
function remembering(resolver: Resolver): Resolver {
  const answers = new Map<string, ReturnType<Resolver['lookup']>>();
  return {
    ...resolver,
    lookup(name, type) {
      const key = `${name} ${type}`;
      const answer = answers.get(key) ?? resolver.lookup(name, type);
      answers.set(key, answer);
      return answer;
    },
  };
}

async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<readonly R[]>): Promise<readonly R[]> {
  const results: (readonly R[])[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results.flat();
}

/** What differs from what the policy asks for; and, whatever it asks for, every word that should not have been heard. */
function faultsOf({ host, stance, deception }: Trial, outcome: Outcome, expected: Expectation): readonly string[] {
  const { proof, decision, end, overheard, said } = outcome;
  const isProven = proof === 'secure' || proof === 'insecure';
  const mayBeHeard = end.kind === 'plaintext' || end.kind === 'demanded' || end.kind === 'denied';
  const minds = host.signed && host.promise.some((promise) => promise.endsWith(' 1'));
  const faults: readonly (readonly [string, boolean])[] = [
    ['the plan is not what the policy makes of the truth', !isDeepStrictEqual(decision.plan, expected.decision.plan)],
    [`it should have ended as ${JSON.stringify(expected.end)}`, !isDeepStrictEqual(end, expected.end)],
    ['a lie was proven', deception !== undefined && isProven],
    ['the truth was not proven', deception === undefined && proof !== (host.signed ? 'secure' : 'insecure')],
    ['the user was overheard', overheard > 0 && !mayBeHeard],
    ['the tap missed what was said in clear', overheard !== said && end.kind === 'plaintext'],
    ['plaintext for a client that is secure-only', overheard > 0 && stance === 'cso'], // [R26]
    ['plaintext for a server that minds', overheard > 0 && minds], // [R24]
    ['plaintext without proof', overheard > 0 && !isProven], // [A23]
  ];
  return faults.filter(([, is]) => is).map(([fault]) => fault);
}
