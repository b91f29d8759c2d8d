import { demoTable, type Row } from './demo-table.ts';
import type { End } from './expectation.ts';
import { startLab } from './lab.ts';
import { type Tale, tryEverything } from './trials.ts';

// Every stance before every server, honest and attacked, in one table; and whether each ended as the policy wants.

const began = performance.now();
const lab = await startLab();
try {
  const tales = await tryEverything(lab);
  const faulty = tales.filter(({ faults }) => faults.length > 0);
  console.log(demoTable(tales.map(toRow)));
  for (const tale of faulty) console.error(`WRONG: ${tale.faults.join('; ')}: ${JSON.stringify(toRow(tale))}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${tales.length} trials in ${seconds} s, ${faulty.length} of them not as the policy wants.`);
  const closed = tales.filter(({ outcome: { end } }) => end.kind === 'secured' || end.kind === 'refused');
  const overheard = closed.reduce((sum, { outcome }) => sum + outcome.overheard, 0);
  console.log(`${overheard} octets of the user's in clear, in ${closed.length} trials where none may be.`);
  process.exitCode = faulty.length === 0 ? 0 : 1;
} finally {
  await lab.close();
}

function toRow({ trial: { host, stance, deception }, outcome }: Tale): Row {
  const { decision, proof, end, overheard, said } = outcome;
  return {
    promised: `${host.kind.name}${host.signed ? '' : ', unsigned'}`,
    attacked: deception ? `DNS: ${deception.name}` : host.tampering ? `wire: ${host.tampering.name}` : 'not',
    proven: proof,
    stance,
    decided: decision.plan.map((attempt) => attempt.do).join(', then ') || 'nothing',
    happened: happening(end),
    overheard: overheard === 0 ? '0' : overheard === said ? 'all' : 'some',
    service: host.profile.name,
  };
}

function happening(end: End): string {
  switch (end.kind) {
    case 'secured':
      return end.do === 'upgrade' ? 'TLS in-band' : 'TLS';
    case 'plaintext':
      return 'plaintext';
    case 'demanded':
      return 'plaintext, TLS demanded';
    case 'refused':
      return `refused: ${end.because}`;
  }
}
