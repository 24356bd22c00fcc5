import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';

/**
 * Names that are reserved for `tributary smoke`, which sends a synthetic profile through a deployed stage. A profile that
 * has identities of these namespaces only is in no audience but that of the smoke test, and nobody else is in that one.
 */
export const SMOKE = {
  /** Of a cookie, and of a device: nothing is kept of them for good, as of persons. */
  cookie: 'TributarySmoke',
  device: 'TributarySmokeDevice',
  dataset: 'tributary-smoke',
  segment: 'tributary-smoke',
  destination: 'tributary-smoke',
} as const;

const NAMESPACES: ReadonlySet<string> = new Set([SMOKE.cookie, SMOKE.device]);

/** Whether these are the identities of a synthetic profile: whoever has any other is somebody. */
export const isSynthetic = (identities: readonly IdentityKey[]): boolean =>
  identities.length > 0 && identities.every((key) => NAMESPACES.has(namespaceOf(key)));
