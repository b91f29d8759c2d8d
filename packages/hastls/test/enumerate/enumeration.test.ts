import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProfile } from '#node/testing/index.js';
import { rows } from '../contract/rows.js';
import { vocabularyOf } from './vocabulary.js';

// A model checker's view of every profile. docs/ENUMERATION.md has the numbers, and says what they mean.

for (const profile of rows)
  test(`${profile.name}: two edits by a man in the middle bring about no state in which a claim fails [V1] [V2] [V3] [V4] [V10]`, (context) => {
    const { faults, explored, places, endings, plans } = checkProfile(profile, vocabularyOf(profile));
    assert.deepEqual(faults, []);
    context.diagnostic(`${explored.states} states, ${places} places of a server alone, ${plans.runs} runs of plans`);
    assert.ok(explored.states > 40 && places > 40 && plans.runs > 500, 'there was something to see');
    assert.ok(explored.agreed > 0 && explored.alone > 0, 'TLS comes about, and the attacker can stand in its way');
    for (const ending of ['start-tls', 'garbled']) assert.ok((endings[ending] ?? 0) > 0, ending);
    assert.ok((endings['absent'] ?? 0) + (endings['refused'] ?? 0) > 0, 'the upgrade can be taken away');
  });
