import { CLASS_IN, HASTLS_TYPE, hastlsNumbers, type Question, RCODE, writeHastls } from 'hastls/dns';
import {
  type Answerer,
  type Attack,
  against,
  answerServfail,
  attacked,
  deny,
  ofType,
  replay,
  response,
  spoilSignatures,
  staySilent,
  stripSignatures,
} from 'hastls/testing';

/** Somebody between a client and its resolver, who wants the promise not to arrive as it was given. */
export interface Deception {
  readonly name: string;
  readonly says: string;
  /** Lies about everything. Default: about promises alone, so that a client still finds the servers. */
  readonly always?: true;
  /** `past` answers as it was right long ago. */
  attack(past: Answerer): Attack;
}

export const deceptions: readonly Deception[] = [
  { name: 'strip', says: 'takes the signatures out of all answers', always: true, attack: () => stripSignatures },
  { name: 'spoil', says: 'changes signatures', attack: () => spoilSignatures },
  { name: 'forge', says: 'answers that plaintext is all there is', attack: () => forgePlaintextOnly },
  { name: 'deny', says: 'answers that nothing is promised', attack: () => deny() },
  { name: 'replay', says: 'answers with records and signatures of the past', attack: replay },
  { name: 'servfail', says: 'answers that the question cannot be answered', attack: () => answerServfail },
  { name: 'silent', says: 'never answers', attack: () => staySilent },
];

/** How the deceiver answers. */
export const deceived = (honest: Answerer, { attack, always }: Deception, past: Answerer): Answerer =>
  attacked(honest, always ? attack(past) : against(ofType(HASTLS_TYPE), attack(past)));

const forgePlaintextOnly: Attack = (honest) => (question) => {
  const [plain = 0, tls = 0] = hastlsNumbers(honest(question)?.answers[0]?.rdata ?? new Uint8Array()) ?? [];
  const rdata = writeHastls(plain || tls || ANY_PORT, 0, 0);
  return response(question, RCODE.NOERROR, rdata.ok ? [forged(question, rdata.value)] : []);
};

const ANY_PORT = 1;

const forged = ({ name, type }: Question, rdata: Uint8Array) => ({ name, type, class: CLASS_IN, ttl: 300, rdata });
