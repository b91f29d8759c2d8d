/** Seconds since 1970 as people and programs write a time. */
export const rfc3339 = (seconds: number): string =>
  new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
