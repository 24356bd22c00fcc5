import { useSyncExternalStore } from 'react';
import { session } from './session.ts';

/** Those are granted for something each: `activate:webhook`. */
const WITH_QUALIFIER: readonly string[] = ['activate', 'ingest'];

/**
 * Whether somebody may do what a scope allows; of one that is granted for something each, with something at least. The API
 * decides; this only says it before.
 */
export const may = (scopes: readonly string[], scope: string): boolean =>
  scopes.includes(scope) ||
  (WITH_QUALIFIER.includes(scope) && scopes.some((granted) => granted.startsWith(`${scope}:`)));

/** The same of who is signed in. */
export function useMay(scope: string): boolean {
  const current = useSyncExternalStore(session.subscribe, session.current);
  return may(current?.scopes ?? [], scope);
}
