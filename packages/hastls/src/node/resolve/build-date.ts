/**
 * When this release was made, in seconds since 1970. A clock that shows an earlier time is wrong, and could make
 * signatures count that ended long ago. Set anew with each release.
 */
export const BUILD_DATE: number = Date.UTC(2026, 10, 1) / 1000;
