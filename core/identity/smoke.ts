import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';

/**
 * Names that are reserved for `tributary smoke`, which sends a synthetic profile through a deployed stage. A profile that
 * has identities of this namespace only is in no audience but that of the smoke test, and nobody else is in that one.
 */
export const SMOKE = {
  namespace: 'TributarySmoke',
  dataset: 'tributary-smoke',
  segment: 'tributary-smoke',
  destination: 'tributary-smoke',
} as const;

/** Whether these are the identities of a synthetic profile: whoever has any other is somebody. */
export const isSynthetic = (identities: readonly IdentityKey[]): boolean =>
  identities.length > 0 && identities.every((key) => namespaceOf(key) === SMOKE.namespace);
