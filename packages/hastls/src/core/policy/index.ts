export * from './cause.ts';
export * from './stance.ts';
