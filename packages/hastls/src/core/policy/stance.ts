/** A client's stance: insecure only, secure only, fallback allowed. [R3] [R4] */
export const STANCES = ['cio', 'cso', 'cfb'] as const;
/** One of them. */
export type Stance = (typeof STANCES)[number];
/** Whether a word is a stance. */
export const isStance = (word: string): word is Stance => (STANCES as readonly string[]).includes(word); // as: it asks for any word

/** The stance of whoever did not choose one. */
export const DEFAULT_STANCE: Stance = 'cso';
