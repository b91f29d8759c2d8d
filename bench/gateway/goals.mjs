// The goals, as ratios of figures inside one round: ours to that peer's, or to that of the best of the tuned ones.

const TUNED = ['haproxy', 'nginx'];
const ALL = ['stunnel', ...TUNED];

export const GOALS = [
  { figure: 'bulk down, 1 connection: MiB/s', against: TUNED, atLeast: 1.15 },
  { figure: 'bulk down, 1 connection: MiB/s', against: ['stunnel'], atLeast: 2 },
  { figure: 'bulk down, 8 connections: MiB/s', against: ALL },
  { figure: 'bulk up, 1 connection: MiB/s', against: ['stunnel'], atLeast: 1 },
  { figure: 'bulk up, 8 connections: MiB/s', against: ['stunnel'] },
  { figure: 'P-256 full: CPU us each', against: ['stunnel'], atMost: 1 },
  { figure: 'P-256 resumed: CPU us each', against: ['stunnel'] },
  { figure: 'RSA-2048 full: CPU us each', against: ['stunnel'] },
  { figure: 'RSA-2048 resumed: CPU us each', against: ['stunnel'] },
  { figure: 'in-band, 1 at once: p50 ms', against: ['stunnel'] },
  { figure: 'in-band, 16 at once: connections/s', against: ['stunnel'], atLeast: 20 },
  { figure: 'in-band, 200 at once: connections/s', against: ['stunnel'], atLeast: 1.15 },
  { figure: 'in-band, 200 at once: CPU us each', against: ['stunnel'] },
  { figure: 'round trip of 64 octets: p50 us', against: ['stunnel'], atMost: 1.05 },
  { figure: 'round trip of 64 octets: p99 us', against: ['stunnel'], atMost: 1.3 },
  { figure: 'among 2000 dawdlers: p50 ms more', against: [], atMost: 50 },
  { figure: 'among 2000 dawdlers: p99 ms more', against: [], atMost: 50 },
  { figure: 'idle, 5000 connections: KiB each', against: [], atMost: 48 },
];

/** Ours to theirs in each round that has both; where nobody is to be compared with, our own figure. */
export function ratios({ figure, against }, rounds) {
  const better = figure.endsWith('/s') ? Math.max : Math.min; // of rates the highest, of costs the lowest
  return rounds.flatMap((round) => {
    const ours = round.hastls?.[figure];
    const theirs = against.flatMap((name) => round[name]?.[figure] ?? []);
    if (ours === undefined || (against.length > 0 && theirs.length === 0)) return [];
    return [against.length === 0 ? ours : ours / better(...theirs)];
  });
}

export const isMet = ({ atLeast = -Infinity, atMost = Infinity }, ratio) => ratio >= atLeast && ratio <= atMost;
