// npm @relaycorp/dnssec, which brings no transport of its own: it gets the leanest we can write.
import { dnssecLookUp, Question, SecurityStatus } from '@relaycorp/dnssec';
import { createClient } from '../client.mjs';
import { beSubject } from './subject.mjs';

await beSubject(({ upstream, anchor }) => {
  const client = createClient('127.0.0.1', upstream);
  const [, , keyTag, algorithm, digestType, digest] = anchor.split(' ');
  const trustAnchors = [
    {
      keyTag: Number(keyTag),
      algorithm: Number(algorithm),
      digestType: Number(digestType),
      digest: Buffer.from(digest, 'hex'),
    },
  ];
  const ask = (question) => client.exchange({ name: question.name, type: question.typeId });
  return async ({ name, type }) => {
    const { status, reasonChain } = await dnssecLookUp(new Question(name, type), ask, { trustAnchors });
    if (status !== SecurityStatus.SECURE) throw new Error(reasonChain?.join('\n') ?? status);
  };
});
