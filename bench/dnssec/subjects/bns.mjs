// npm bns, which recurses by itself, from the root that the world has.
import { createRequire } from 'node:module';
import { beSubject } from './subject.mjs';

const require = createRequire(import.meta.url);
const constants = require('bns/lib/constants');
const job = JSON.parse(process.argv[2] ?? '{}');
constants.DNS_PORT = job.root.port; // the port of all servers but the root's cannot be given
const RecursiveResolver = require('bns/lib/resolver/recursive');
const { Record } = require('bns/lib/wire');

await beSubject(async ({ root, anchor }) => {
  const resolver = new RecursiveResolver({ inet6: false, tcp: true, edns: true, dnssec: true, cacheSize: 64 << 20 });
  const [owner, type, ...data] = anchor.split(' ');
  resolver.setStub(root.host, root.port, Record.fromString(`${owner} 86400 IN ${type} ${data.join(' ')}`));
  await resolver.open();
  return async ({ name, type }) => {
    const answer = await resolver.lookup(name, type);
    if (!answer.ad || answer.answer.length === 0) throw new Error(`${name} was not validated`);
  };
});
