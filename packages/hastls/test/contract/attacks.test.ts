import { test } from 'node:test';
import { contract } from '#node/testing/index.js';
import { rows } from './rows.js';

// What every profile is held to, users' own included: cuts, injections, junk, bounds. [V3] [V4] [V5] [V14] [V17] [S10]

for (const profile of rows) for (const { title, holds } of contract(profile)) test(`${profile.name}, ${title}`, holds);
