/** What a finding is about: the parts of the report, in its order. */
export const SUBJECTS = ['upstreams', 'clock', 'anchors', 'proofs'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Something the doctor found. */
export interface Finding {
  readonly about: Subject;
  /** `wrong` will leave answers indeterminate or worse; `mind` costs time, or will be wrong one day. */
  readonly level: 'fine' | 'mind' | 'wrong';
  readonly text: string;
  /** What an operator would do about it. */
  readonly fix?: string;
}

export const fine = (about: Subject, text: string): Finding => ({ about, level: 'fine', text });
export const mind = (about: Subject, text: string, fix: string): Finding => ({ about, level: 'mind', text, fix });
export const wrong = (about: Subject, text: string, fix: string): Finding => ({ about, level: 'wrong', text, fix });
