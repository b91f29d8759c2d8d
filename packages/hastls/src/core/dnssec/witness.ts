import { canonical, type Name } from '../dns/name.ts';
import type { Link, Shown } from './proof.ts';

/** Remembers what each record of a denial was found to show, by the record's owner. */
export interface Witness {
  /** The record, if there is one: what it shows of the name is noted. */
  saw<R extends { readonly owner: Name }>(record: R | undefined, how: Shown['how'], name: Name): R | undefined;
  /** The records' links with what they show. Those that show nothing are left out. */
  testify(links: readonly Link[]): readonly Link[];
}

/** A witness that has seen nothing yet. */
export function createWitness(): Witness {
  const seen = new Map<Name, Shown[]>();
  return {
    saw(record, how, name) {
      if (record === undefined) return undefined;
      const owner = canonical(record.owner);
      const shown = seen.get(owner) ?? [];
      if (!shown.some((each) => each.how === how && each.name === name)) shown.push({ how, name });
      seen.set(owner, shown);
      return record;
    },
    testify: (links) =>
      links.flatMap((link) => {
        const shows = seen.get(canonical(link.name)) ?? [];
        const says = [link.says, ...shows.map(({ how, name }) => SAYS[how](name))].join(', and ');
        return shows.length === 0 ? [] : [{ ...link, shows, says }];
      }),
  };
}

const SAYS: Readonly<Record<Shown['how'], (name: Name) => string>> = {
  matches: (name) => `says all that is at ${name}`,
  covers: (name) => `leaves no room for ${name}`,
  empty: (name) => `shows that ${name} is there, with nothing of its own`,
};
