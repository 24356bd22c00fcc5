/**
 * Tributary's rules as a library: what the platform does with records, without a platform. Everything is pure: no I/O, no
 * clock, no randomness. docs/library.md has an example of each part.
 */
export * as destinations from './destinations.ts';
export * as identity from './identity.ts';
export * as pql from './pql.ts';
export * as profile from './profile.ts';
