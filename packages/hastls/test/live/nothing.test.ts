/**
 * Nothing promised, or nothing that can be proven: six ways to know nothing, each told in words of its own. Only after
 * the first two may anybody be served in clear.
 */
import assert from 'node:assert/strict';
import { STANCES } from 'hastls/policy';
import { startDnsServer } from 'hastls/testing';
import { hastls } from './command-line.ts';
import { meet } from './meeting.ts';
import { ourResolver } from './our-resolver.ts';
import { PARENTS } from './peers/dns-world.ts';
import { live } from './peers/stage.ts';
import { startStrippingResolver } from './peers/stripping-resolver.ts';
import { startWorld, WORLD } from './world.ts';

/** How `meet` ends, without the port, for a server whose offer of TLS comes through and for one whose does not. */
type Ends = Readonly<Record<'honest' | 'attacked', Readonly<Record<'cio' | 'cso' | 'cfb', string>>>>;

const NOT_OFFERED = 'ERR_HASTLS_NOT_OFFERED';
const inClearIfNeedBe: Ends = {
  honest: { cio: 'plaintext', cso: 'in-band', cfb: 'in-band' },
  attacked: { cio: 'plaintext', cso: NOT_OFFERED, cfb: 'plaintext after not-offered' },
};
const neverInClear = (code: string): Ends => ({
  honest: { cio: code, cso: 'in-band', cfb: 'in-band' },
  attacked: { cio: code, cso: NOT_OFFERED, cfb: NOT_OFFERED },
});
const nowhere = (code: string): Ends => {
  const ends = { cio: code, cso: code, cfb: code }; // not even an address is proven
  return { honest: ends, attacked: ends };
};

// biome-ignore format: a table
const ROWS = [
  ['a signed zone without the record', 'open', 'nothing', 'secure', /there is no such name/, inClearIfNeedBe], // [R19]
  ['an unsigned zone', 'open', 'smtp-wanted.unsigned', 'insecure', /delegates unsigned\.\w+\.test\. without DS/, inClearIfNeedBe], // [A22]
  ['a bogus one', 'open', 'smtp-wanted.bogus', 'bogus', /signature by key \d+ does not hold/, neverInClear('ERR_HASTLS_BOGUS')], // [A23]
  ['a bogus one that the resolver hides', 'closed', 'smtp-wanted.bogus', 'indeterminate', /answers SERVFAIL/, neverInClear('ERR_HASTLS_UNPROVEN')],
  ['a resolver that strips signatures', 'stripping', 'nothing', 'indeterminate', /the resolver strips DNSSEC records/, nowhere('ERR_HASTLS_UNPROVEN')],
  ['a resolver that never answers', 'silent', 'nothing', 'indeterminate', /no answer/, nowhere('ERR_HASTLS_UNPROVEN')],
] as const;

live('[R19] [A22] [A23] each way to know nothing has its own word and its own end', WORLD, async (stage) => {
  const { services, dns, ca } = await startWorld(stage, [{ name: 'nothing', promises: {} }]);
  const smtp = services.find(({ scheme }) => scheme === 'smtp');
  assert.ok(smtp);
  const stripping = await startStrippingResolver(dns.resolver);
  const silent = await startDnsServer(() => undefined);
  const ports = { open: dns.resolver, closed: dns.closedResolver, stripping: stripping.port, silent: silent.port };
  for (const parent of PARENTS) {
    for (const [what, upstream, name, proof, says, ends] of ROWS) {
      const host = `${name}.${parent}`;
      const timeoutMs = upstream === 'silent' ? 500 : 5000;
      const asking = ['--resolver', `udp://127.0.0.1:${ports[upstream]}`, '--timeout', String(timeoutMs)];
      await stage.check(`${what}, ${host}: explained as ${proof}, ${says.source}`, async () => {
        const { stdout } = await hastls(['explain', `smtp://${host}`, ...asking, '--anchors', dns.anchorFile]);
        assert.match(stdout, new RegExp(`^├─ proof: ${proof}$`, 'm'));
        for (const [, , , , other] of ROWS) assert.equal(other.test(stdout), other === says, `${other}: ${stdout}`);
      });
      const resolver = ourResolver(ports[upstream], dns.anchor, timeoutMs);
      for (const stance of STANCES) {
        for (const way of ['honest', 'attacked'] as const) {
          const port = way === 'honest' ? smtp.portOf.inBand : smtp.portOf.cut;
          const expected = ends[way][stance];
          await stage.check(`${what}, ${host}, ${way}, ${stance}: ${expected}`, async () => {
            const ended = await meet(`smtp://${host}:${port}`, { stance, resolver, ca }, smtp);
            assert.equal(ended.replace(` @${port}`, ''), expected);
          });
        }
      }
      resolver.close();
    }
  }
  await Promise.all([stripping.stop(), silent.close()]);
});
