import { typeToText } from 'hastls/dns';
import { drawTree, leaf, type Paint, printable, rfc3339, type Tree } from 'hastls/report';
import type { Examination } from './examine.ts';
import { type Finding, SUBJECTS } from './finding.ts';

/** How a machine does: well, wrongly, or nobody answered so that nothing could be found out. */
export type Health = 'well' | 'ill' | 'unknown';

export function healthOf({ upstreams, findings }: Examination): Health {
  if (upstreams.every(({ silent }) => silent !== null)) return 'unknown';
  return findings.some(({ level }) => level === 'wrong') ? 'ill' : 'well';
}

const VERDICTS: Readonly<Record<Health, string>> = {
  well: 'this machine can do DNSSEC',
  ill: 'this machine cannot rely on DNSSEC as it is: answers will be indeterminate, or worse',
  unknown: 'nothing could be found out: no resolver answers',
};

/** The examination for people. */
export function examinationLines(examination: Examination, paint: Paint): readonly string[] {
  const health = healthOf(examination);
  const verdict = { well: paint.good, ill: paint.bad, unknown: paint.doubtful }[health](VERDICTS[health]);
  const below = SUBJECTS.map((subject) => ({
    says: paint.strong(subject),
    below: findingTrees(
      examination.findings.filter(({ about }) => about === subject),
      paint,
    ),
  }));
  return drawTree({ says: verdict, below });
}

/** What helps against several of them is said once. */
const findingTrees = (findings: readonly Finding[], paint: Paint): readonly Tree[] =>
  findings.map(({ level, text, fix }, index) => {
    const mark = { fine: paint.good, mind: paint.doubtful, wrong: paint.bad }[level](level);
    const isSaid = findings.slice(0, index).some((each) => each.fix === fix);
    return {
      says: `${mark}: ${printable(text)}`,
      below: fix === undefined ? [] : [leaf(isSaid ? 'as above' : printable(fix))],
    };
  });

/** The examination as programs are told it. */
export function examinationObject(examination: Examination): object {
  const { upstreams, clock, anchors, proofs, findings } = examination;
  const { now, released, signatures } = clock;
  return {
    v: 1,
    health: healthOf(examination),
    upstreams: upstreams.map((each) => ({
      ...each,
      silent: each.silent === null ? null : printable(each.silent),
      refusals: each.refusals.map((refusal) => printable(refusal)),
    })),
    clock: {
      now: rfc3339(now),
      released: rfc3339(released),
      signatures: signatures && { from: rfc3339(signatures.from), until: rfc3339(signatures.until) },
    },
    anchors: anchors.map(({ until, ...each }) => ({ ...each, ...(until !== undefined && { until: rfc3339(until) }) })),
    proofs: proofs.map(({ name, type, proof, answer, because }) => ({
      name,
      type: typeToText(type),
      proof,
      answer,
      because: because.map((each) => printable(each)),
    })),
    findings: findings.map(({ about, level, text, fix }) => ({
      about,
      level,
      text: printable(text),
      fix: fix === undefined ? null : printable(fix),
    })),
  };
}
