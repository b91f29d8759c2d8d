#!/usr/bin/env node
// Not built but checked in: npm links a command when it installs, and in a fresh clone nothing is built yet.
import '../dist/bin.js';
