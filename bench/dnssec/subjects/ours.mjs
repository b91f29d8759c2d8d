import { readAnchors } from 'hastls/dnssec';
import { createResolver } from 'hastls/resolve';
import { beSubject } from './subject.mjs';

await beSubject(({ host = '127.0.0.1', upstream, anchor }) => {
  const resolver = createResolver({ servers: [`udp://${host}:${upstream}`], anchors: readAnchors(anchor).value });
  return async ({ name, type }) => {
    const answer = await resolver.lookup(name, type);
    if (answer.proof !== 'secure') throw new Error(answer.because.join('\n'));
    return answer;
  };
});
