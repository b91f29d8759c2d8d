export { type HastlsCode, HastlsError } from './errors.ts';
