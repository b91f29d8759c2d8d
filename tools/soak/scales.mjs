// What the daemons weigh at rest, and whether that grows. "In use" is what their JavaScript keeps, buffers included: it is
// the same at each rest, so that the smallest leak shows. "Resident" is all that the process has for itself when V8 has
// given back what it can: OpenSSL's memory too, with what its allocator keeps for later. Pages of files, such as Node's own
// code, are no part of it: the system takes them and gives them back as it likes.
const GROWTH = 0.05;
/** Each with its weight, and how much more is no leak yet: the allocator keeps some MB more when traffic gets faster. */
const KINDS = [
  ['in use', ({ used }) => used, 0],
  ['resident', ({ resident }) => resident, 4e6],
];

/** Scales for these daemons. */
export function createScales(daemons) {
  const weights = new Map(daemons.map(({ name }) => [name, []]));

  const growthOf = (name, kind) => {
    const warm = weights.get(name).flatMap(({ isWarm, memory }) => (isWarm ? [kind(memory)] : []));
    const half = warm.length >> 1;
    const [before, later] = [median(warm.slice(0, half)), median(warm.slice(half))];
    return { before, later, growth: later / before - 1 };
  };

  return {
    async weigh(isWarm) {
      for (const { name, weigh } of daemons) weights.get(name).push({ isWarm, memory: await weigh() });
    },
    /** The newest weights, in words. */
    last: () =>
      [...weights]
        .flatMap(([name, list]) =>
          list
            .slice(-1)
            .map(({ memory }) => `${name} ${KINDS.map(([kind, of]) => `${mega(of(memory))} MB ${kind}`).join(', ')}`),
        )
        .join('; '),
    /** How each has grown, and which has too much. One that was not weighed often enough is a fault as well. */
    judge: () =>
      daemons.flatMap(({ name }) =>
        KINDS.map(([kind, of, slack]) => {
          const { before, later, growth } = growthOf(name, of);
          const title = `${name}, ${kind}`;
          if (Number.isNaN(growth)) return { title, fault: `${title}: it was not weighed often enough to tell` };
          const grown = [mega(before), mega(later), `${(growth * 100).toFixed(1)} %`];
          return {
            title,
            grown,
            ...(growth > GROWTH &&
              later - before > slack && { fault: `${title}: grew from ${grown[0]} to ${grown[1]} MB` }),
          };
        }),
      ),
  };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function mega(octets) {
  return (octets / 1e6).toFixed(1);
}
