import { hash } from 'node:crypto';
import type { StoredObject } from '#core/ports/object-store.ts';

/**
 * An object that was made of others says which: their rows are in it, so where one of them still lies there, or lies
 * there again, it can go. Names and states are digests, since a footer that every query reads must stay small.
 */
export type Merged = ReadonlyMap<string, string>;

/** Stands for the key of an object, in 12 characters. */
export const nameDigest = (key: string): string => digest(key);
/** Of what the object was when it was read. */
export const stateDigest = ({ key, etag }: StoredObject): string => digest(`${key}\0${etag}`);

/** What is written into an object of those it was made of, see {@link Merged}. */
export const writeMerged = (objects: readonly StoredObject[]): string =>
  objects.map((object) => `${nameDigest(object.key)}.${stateDigest(object)}`).join(' ');

/** Inverse of {@link writeMerged}. */
export const readMerged = (text: string): Merged =>
  new Map(text.split(' ').map((pair) => pair.split('.') as [string, string]));

const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 12);
