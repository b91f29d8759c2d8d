import { createResolver, type Resolver, type ResolverOptions } from 'hastls/resolve';

/** Resolvers that are shared by whoever wants the same, and with them what they have proven. */
export interface ResolverPool {
  /**
   * Lends the resolver of this key for as long as the work goes on.
   * @param options asked for only when there is none yet
   */
  using<T>(key: string, options: () => ResolverOptions, work: (resolver: Resolver) => Promise<T>): Promise<T>;
  /** How many there are, in use or not. */
  readonly size: number;
  close(): void;
}

/** How many are kept while nobody uses them. */
const MOST_IDLE = 32;

interface Lent {
  readonly resolver: Resolver;
  users: number;
}

/** Keeps those that were used last; one that is in use is never closed, whatever their number. */
export function createResolverPool(mostIdle: number = MOST_IDLE): ResolverPool {
  const lent = new Map<string, Lent>();
  const idle = new Map<string, Resolver>(); // the longest idle first, as a Map remembers the order of insertion

  function lend(key: string, options: () => ResolverOptions): Lent {
    const one = lent.get(key) ?? { resolver: idle.get(key) ?? createResolver(options()), users: 0 };
    one.users++;
    idle.delete(key);
    lent.set(key, one);
    return one;
  }

  function takeBack(key: string, { resolver }: Lent): void {
    lent.delete(key);
    idle.set(key, resolver);
    const [longest] = idle;
    if (idle.size <= mostIdle || longest === undefined) return;
    const [oldest, dropped] = longest;
    idle.delete(oldest);
    dropped.close();
  }

  return {
    async using(key, options, work) {
      const one = lend(key, options);
      try {
        return await work(one.resolver);
      } finally {
        if (--one.users === 0) takeBack(key, one);
      }
    },
    get size() {
      return lent.size + idle.size;
    },
    close() {
      for (const { resolver } of lent.values()) resolver.close();
      for (const resolver of idle.values()) resolver.close();
    },
  };
}
