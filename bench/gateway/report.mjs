// What the rounds come to, for people: medians and quartiles, and how far we are from everybody else in the same round.
import { median } from '../dnssec/measure.mjs';
import { GOALS, isMet, ratios } from './goals.mjs';

/** @param troubles what could not be measured, and why */
export function toText({ names, rounds, skipped, troubles, load, minutes }) {
  const figures = [...new Set(rounds.flatMap((round) => Object.values(round).flatMap(Object.keys)))];
  const row = (figure) =>
    figure.padEnd(WIDTH) +
    names.map((name) => spread(rounds.flatMap((round) => round[name][figure] ?? [])).padStart(24)).join('');
  return [
    ...skipped.map((each) => `skipped  ${each}`),
    ...troubles.map((each) => `FAILED   ${each}`),
    `${rounds.length} rounds in ${minutes.toFixed(1)} minutes; load of the machine ${load.map((each) => each.toFixed(1)).join(' before and ')} after`,
    '\nmedians and quartiles',
    ''.padEnd(WIDTH) + names.map((name) => name.padStart(24)).join(''),
    ...figures.map(row),
    '\nours as a multiple of theirs, round by round: medians and quartiles',
    ...GOALS.flatMap((goal) => verdict(goal, names, ratios(goal, rounds))),
  ].join('\n');
}

const WIDTH = 38;

function verdict(goal, names, values) {
  if (values.length === 0) return [];
  const { figure, against, atLeast, atMost } = goal;
  const present = against.filter((name) => names.includes(name));
  const who = present.length > 1 ? `the best of ${present.join(', ')}` : (present[0] ?? 'itself');
  const wanted = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  const outcome = isMet(goal, median(values)) ? 'met' : 'NOT met';
  const hasGoal = atLeast !== undefined || atMost !== undefined;
  return [
    `${figure.padEnd(WIDTH)} ${who.padEnd(34)} ${spread(values).padEnd(24)} ${hasGoal ? `goal ${wanted}: ${outcome}` : ''}`.trimEnd(),
  ];
}

function spread(values) {
  if (values.length === 0) return '-';
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
  const digits = Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(median(values)) || 1))));
  return `${median(values).toFixed(digits)} (${at(0.25).toFixed(digits)}..${at(0.75).toFixed(digits)})`;
}
