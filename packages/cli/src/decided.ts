import type { Explanation } from 'hastls';
import { recordToText } from 'hastls/dns';
import type { Decided } from 'hastls/report';

/** What the library found, as it is told: the answers about the promise, or else those that made it moot. [A24] */
export function decidedBy(explanation: Explanation, hastlsType: number): Decided {
  const { target, snapshot } = explanation;
  const promises = snapshot.answers.filter(({ type }) => type === hastlsType);
  const telling =
    promises.length > 0
      ? promises
      : snapshot.answers.filter(({ proof }) => proof === snapshot.evidence.proof).slice(0, 1);
  return {
    service: target.service.name,
    host: target.host,
    decision: explanation,
    proof: snapshot.evidence.proof,
    promised: promises.flatMap(({ records }) => records.map((record) => recordToText(record, hastlsType))),
    proofBecause: telling.flatMap(({ because }) => because),
    chain: telling.flatMap(({ chain }) => chain),
  };
}
