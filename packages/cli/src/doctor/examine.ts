import { child, isWithin, labelCount, type Name, parseName, sameName, suffix, TYPE, typeToText } from 'hastls/dns';
import { ROOT_ANCHORS, trustedAnchors } from 'hastls/dnssec';
import {
  type Answer,
  askEach,
  BUILD_DATE,
  createResolver,
  followedKeys,
  type Resolver,
  type ResolverOptions,
} from 'hastls/resolve';
import { type AnchorState, anchorStates, judgeAnchors, watchedStates } from './anchors.ts';
import { type ClockState, clockState, judgeClock } from './clock.ts';
import { type Finding, fine, wrong } from './finding.ts';
import { judgeUpstreams, type Probing, type UpstreamState, upstreamStates } from './upstreams.ts';

/** All that was seen, and what to make of it. */
export interface Examination {
  readonly upstreams: readonly UpstreamState[];
  readonly clock: ClockState;
  readonly anchors: readonly AnchorState[];
  readonly proofs: readonly Answer[];
  readonly findings: readonly Finding[];
}

/** Zones of the public DNS in which a healthy resolver shows what the root alone cannot. */
const PUBLIC = {
  /** Denies by NSEC3. */
  hashed: 'org.',
  /** Delegated without a DS on purpose. [RFC8375 §7] */
  unsigned: 'home.arpa.',
};

/** @param names what the user wants to be provable, besides what shows how things are */
export async function examine(options: ResolverOptions, names: readonly string[]): Promise<Examination> {
  const configured = options.anchors ?? ROOT_ANCHORS;
  const isPublic = options.anchors === undefined;
  const resolver = createResolver(options);
  try {
    const wanted = await Promise.all(
      [...names, ...(isPublic ? [PUBLIC.unsigned] : [])].map((name) => resolver.lookup(name, TYPE.SOA)),
    );
    const zones = [...new Set(configured.map(({ zone }) => zone))];
    const asked = wanted.map(({ name }) => name);
    const probings = [...zones.flatMap(probingsOf), ...(isPublic ? publicProbings() : []), ...waysTo(asked, zones)];
    const questions = probings.map(({ question }) => question);
    const [said, checkedThere, trusted, ...proofs] = await Promise.all([
      askEach(questions, options),
      askEach(zones.map(keysOf), options, 'checked-there'),
      examineAnchors(resolver, zones, options),
      ...questions.map(({ name, type }) => resolver.lookup(name, type)),
    ]);
    const upstreams = upstreamStates(probings, said, checkedThere);
    const clock = clockState(options.at ?? Date.now() / 1000, BUILD_DATE, said);
    return {
      upstreams,
      clock,
      anchors: trusted.flatMap(({ states }) => states),
      proofs: [...proofs, ...wanted],
      findings: [
        ...judgeUpstreams(upstreams),
        judgeClock(clock),
        ...trusted.flatMap(({ judged }) => judged),
        ...[...proofs, ...wanted].map(judgeProof),
      ],
    };
  } finally {
    resolver.close();
  }
}

const keysOf = (zone: Name): Probing['question'] => ({ name: zone, type: TYPE.DNSKEY });

/** A name that nobody has: a new one each time, so that no cache knows it. */
const unheardOf = (zone: Name): Name => child(`doctor-${Math.random().toString(36).slice(2)}`, zone);

const probingsOf = (zone: Name): readonly Probing[] => [
  { probe: 'keys', question: keysOf(zone) },
  { probe: 'signatures', question: { name: zone, type: TYPE.SOA } },
  { probe: 'absences', question: { name: unheardOf(zone), type: TYPE.A } },
  { probe: 'delegations', question: { name: unheardOf(zone), type: TYPE.DS } },
];

const publicProbings = (): readonly Probing[] => {
  const zone = parseName(PUBLIC.hashed);
  return [
    { probe: 'delegations', question: { name: zone, type: TYPE.DS } },
    { probe: 'absences', question: { name: unheardOf(zone), type: TYPE.A } },
  ];
};

/** The delegations by which zones of anchors lead to names: signed in any case, be they there or not. */
function waysTo(names: readonly Name[], zones: readonly Name[]): readonly Probing[] {
  const cuts = names.flatMap((name) => {
    const [nearest] = zones.filter((zone) => isWithin(name, zone)).sort((a, b) => labelCount(b) - labelCount(a));
    return nearest === undefined || sameName(nearest, name) ? [] : [suffix(name, labelCount(nearest) + 1)];
  });
  return [...new Set(cuts)].map((name) => ({ probe: 'delegations', question: { name, type: TYPE.DS } }));
}

async function examineAnchors(
  resolver: Resolver,
  zones: readonly Name[],
  options: ResolverOptions,
): Promise<readonly { readonly states: readonly AnchorState[]; readonly judged: readonly Finding[] }[]> {
  return Promise.all(
    zones.map(async (zone) => {
      const keys = await resolver.lookup(zone, TYPE.DNSKEY);
      const followed = await followedKeys(options); // the look-up has just brought them up to date
      const anchors =
        options.anchorsState === undefined ? (options.anchors ?? ROOT_ANCHORS) : followed.flatMap(trustedAnchors);
      const watched = followed.filter((each) => sameName(each.zone, zone)).flatMap(watchedStates);
      const states = [...anchorStates(zone, anchors, keys), ...watched];
      return { states, judged: judgeAnchors(zone, states, keys, options.at ?? Date.now() / 1000) };
    }),
  );
}

const SAYS = { data: 'is there', nodata: 'is not there', nxdomain: 'does not exist', error: 'is not known' } as const;

function judgeProof({ name, type, proof, answer, because }: Answer): Finding {
  const what = `${typeToText(type)} of ${name} ${SAYS[answer]}: ${proof}`;
  return proof === 'secure' || proof === 'insecure'
    ? fine('proofs', what)
    : wrong('proofs', what, because.slice(1).join('; '));
}
