import { columns } from './columns.ts';
import { deceptions } from './deceptions.ts';
import { demoTable, type Row } from './demo-table.ts';
import type { End } from './expectation.ts';
import { kinds } from './kinds.ts';
import { startLab } from './lab.ts';
import { tamperings } from './tampering.ts';
import { type Tale, tryEverything } from './trials.ts';

// Every stance before every server, honest and attacked, in one table; and whether each ended as the policy wants.

const LEGEND = [
  'Stances: cio plaintext only, cso TLS only, cfb TLS and, where that is allowed, plaintext after it.',
  'Servers, and what they promise in DNS:',
  ...columns(kinds.map(({ name, says }) => [name, says])),
  'Who sits on the wire:',
  ...columns(tamperings.map(({ name, says }) => [name, says])),
  'Who answers instead of DNS:',
  ...columns(deceptions.map(({ name, says }) => [name, says])),
  'Overheard: octets of what the user said that could be read on the way.',
];

const began = performance.now();
console.log(LEGEND.join('\n'));
const lab = await startLab();
try {
  const tales = await tryEverything(lab);
  console.log(demoTable(tales.map(toRow)));
  const faulty = tales.filter(({ faults }) => faults.length > 0);
  for (const tale of faulty) console.error(`WRONG: ${tale.faults.join('; ')}: ${JSON.stringify(toRow(tale))}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${tales.length} trials in ${seconds} s, ${faulty.length} of them not as the policy wants.`);
  const closed = tales.filter(({ expected: { end } }) => end.kind === 'secured' || end.kind === 'refused');
  const overheard = closed.reduce((sum, { outcome }) => sum + outcome.overheard, 0);
  console.log(`${overheard} octets of the user's overheard in ${closed.length} trials where none may be.`);
  process.exitCode = faulty.length === 0 ? 0 : 1;
} finally {
  await lab.close();
}

function toRow({ trial: { host, stance, deception }, outcome }: Tale): Row {
  const { decision, proof, end, overheard } = outcome;
  return {
    promised: `${host.kind.name}${host.signed ? '' : ', unsigned'}`,
    attacked: deception ? `DNS: ${deception.name}` : host.tampering ? `wire: ${host.tampering.name}` : 'not',
    proven: proof,
    stance,
    decided: decision.plan.map((attempt) => attempt.do).join(', then ') || 'nothing',
    happened: happening(end),
    overheard,
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
      return 'plaintext, TLS on demand';
    case 'denied':
      return 'plaintext, end on demand';
    case 'refused':
      return `refused: ${end.because}`;
  }
}
