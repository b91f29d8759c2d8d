// What the runs come to, for people: medians, and how far we are from everybody else in the same round.
import { median } from './measure.mjs';

/** Medians of each contestant's rounds, with the ratio of our rate to its own: of each round, as load changes in between. */
export const compare = (runs) =>
  runs.map(({ name, what, at, took }) => {
    const we = runs.find((each) => each.name === 'ours' && each.what === what && (each.at === 1) === (at === 1));
    const ratios = took.map((each, round) => rate(we.took[round]) / rate(each));
    const of = (pick) => median(took.map(pick));
    return {
      name,
      what,
      at,
      perSecond: of(rate),
      ours: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
      cpuMicroseconds: of(({ count, cpuSeconds }) => (cpuSeconds / count) * 1e6),
      p50: of(({ p50 }) => p50),
      p99: of(({ p99 }) => p99),
      loopHeldMs: of(({ loopHeldMs }) => loopHeldMs ?? Number.NaN),
    };
  });

const rate = ({ count, seconds }) => count / seconds;

const COLUMNS = [
  ['who', 18, ({ name }) => name],
  ['question', 8, ({ what }) => what],
  ['at once', -7, ({ at }) => String(at)],
  ['look-ups/s', -10, ({ perSecond }) => perSecond.toFixed(0)],
  ['CPU us', -7, ({ cpuMicroseconds }) => cpuMicroseconds.toFixed(1)],
  ['p50 ms', -7, ({ p50 }) => p50.toFixed(2)],
  ['p99 ms', -7, ({ p99 }) => p99.toFixed(2)],
  ['we are so many times as fast', 0, ({ name, ours }) => (name === 'ours' ? '' : spread(ours))],
];

const spread = ({ median: middle, least, most }) => `${middle.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;

const line = (cells) =>
  cells
    .map(([text, width]) => (width < 0 ? text.padStart(-width) : text.padEnd(width)))
    .join('  ')
    .trimEnd();

export function toText({ load, rounds, results, roundTrips, memory, skipped }) {
  const held = results.flatMap(({ name, what, at, loopHeldMs }) =>
    name === 'ours' && !what.startsWith('warm') ? [`${loopHeldMs.toFixed(1)} ms (${what}, ${at} at once)`] : [],
  );
  return [
    ...skipped.map((each) => `skipped  ${each}`),
    `medians of ${rounds} rounds; load of the machine ${load.map((each) => each.toFixed(1)).join(' before and ')} after`,
    '',
    line(COLUMNS.map(([name, width]) => [name, width])),
    ...results.map((each) => line(COLUMNS.map(([, width, text]) => [text(each), width]))),
    '',
    'warm: ours by lookup() within the process, that of Unbound over UDP: not the same thing',
    `the event loop was held, by us or by whoever else wanted the processor, for at most ${held.join(', ')}`,
    `round trips of a cold look-up: ${roundTrips.inSequence}, of the first ${roundTrips.atMost}; queries in all: ${roundTrips.queries.toFixed(1)} for each zone`,
    ...(memory === undefined ? [] : [remembered(memory)]),
  ].join('\n');
}

const remembered = ({ count, sampled, kept, bytes, rss, againP50 }) =>
  `memory: ${count} RRsets in ${(bytes / 1e6).toFixed(0)} MB of heap and buffers (the process grew by ${(rss / 1e6).toFixed(0)} MB); ` +
  `of ${sampled} asked for again ${kept} were there, after ${againP50.toFixed(3)} ms`;
