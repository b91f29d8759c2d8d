#!/usr/bin/env node
// `npm run build` puts a bundle of main.ts in this file's place, as reading a hundred small files takes longer than
// what most commands do; without it the command is the same, and slower to start.
import './main.ts';
