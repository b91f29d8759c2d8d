import type { Question } from '../../core/dns/index.ts';
import { type Context, createAnswerReader, sightKeys } from '../../core/dnssec/index.ts';
import { hashes } from '../crypto.ts';
import type { Sight } from './anchor-keeper.ts';
import type { Asker } from './ask.ts';
import { drive } from './drive.ts';

/** Looks at zones' keys through upstreams, for half of a look-up's time: the other half is for what was asked. */
export const sightOf =
  (upstreams: Asker, trust: Omit<Context, 'anchors' | 'at' | 'hashes'>, timeoutMs: number): Sight =>
  async (tracked, at) => {
    const { notBefore = 0 } = trust;
    if (at < notBefore) return undefined; // a clock that nobody should believe
    const over = AbortSignal.timeout(timeoutMs / 2);
    const { read } = createAnswerReader();
    const ask = async (question: Question) => (await upstreams.ask(question, over, [], read)).reply;
    const seen = await drive(sightKeys(tracked, { ...trust, at, hashes }), ask, new AbortController().signal);
    return 'failed' in seen ? undefined : seen;
  };
