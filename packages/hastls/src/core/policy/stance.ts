/** A client's stance: insecure only, secure only, fallback allowed. [R3] [R4] */
export const STANCES = ['cio', 'cso', 'cfb'] as const;
export type Stance = (typeof STANCES)[number];
export const isStance = (word: string): word is Stance => (STANCES as readonly string[]).includes(word);

/** The stance of whoever did not choose one. */
export const DEFAULT_STANCE: Stance = 'cso';
