import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** What the primary process tells a worker; each order is answered under its number. */
export type Order = { readonly number: number } & (
  | {
      readonly order: 'begin' | 'reload';
      /** Which of how many it is. */
      readonly worker: string;
      readonly workers: number;
      /** In base64. */
      readonly ticketKey?: string;
    }
  | { readonly order: 'count' | 'metrics' | 'end' }
);

/** And what it answers. */
export interface Answer {
  readonly number: number;
  /** Why the order could not be followed. */
  readonly why?: string;
  readonly because?: readonly string[];
  readonly connections?: number;
  readonly metrics?: readonly MetricObjectWithValues<MetricValue<string>>[];
}

/** The number of what a worker says unasked: that it can be given orders, and from then on, in this interval, that it lives. */
export const HERE = 0;
export const PULSE_MS = 1000;
