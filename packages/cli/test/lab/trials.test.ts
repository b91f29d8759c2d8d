import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lab, startLab } from '../../dist/lab/lab.js';
import { tryEverything } from '../../dist/lab/trials.js';

async function inLab(use: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await startLab();
  const some = new Set(['forge', 'replay', 'servfail']);
  try {
    await use({
      ...lab,
      hosts: lab.hosts.filter(({ application }) => application.name === 'imap' || application.name === 'nntp-1997'),
      liars: lab.liars.filter(({ deception }) => some.has(deception.name)),
    });
  } finally {
    await lab.close();
  }
}

test('[R7] [R24] [A23] every stance meets every server of the lab, honest and attacked, as the policy wants', () =>
  inLab(async (lab) => {
    const tales = await tryEverything(lab);
    assert.deepEqual(
      tales.flatMap(({ faults, outcome }) => faults.map((fault) => [fault, outcome])),
      [],
    );
    const ends = new Set(tales.map(({ outcome: { end } }) => (end.kind === 'refused' ? end.because : end.kind)));
    for (const end of ['secured', 'plaintext', 'demanded', 'policy', 'not-offered', 'attacked', 'untrusted'] as const)
      assert.ok(ends.has(end), `no trial ended as ${end}`);
  }));

test('a trial that ends otherwise than the policy wants is found out', () =>
  inLab(async (lab) => {
    const host = lab.hosts.find(({ name }) => name === 'ssb.imap.lab.test');
    const minding = lab.hosts.find(({ name }) => name === 'ssb-minds.imap.lab.test');
    assert.ok(host && minding);
    // as if its server had promised what another one did, and then did not keep it
    const [first] = await tryEverything({ ...lab, liars: [], hosts: [{ ...host, promise: minding.promise }] });
    assert.equal(first?.outcome.end.kind, 'plaintext');
    assert.ok(first.faults.includes('plaintext for a server that minds'));
    assert.ok(first.faults.includes('the plan is not what the policy makes of the truth'));
  }));
