import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import type { AccessDeps } from './access.ts';
import { membershipsOf } from './entity.ts';
import { findProfile } from './find-profile.ts';

/**
 * Whether the people behind some identities are in a segment, as memberships are stored now.
 * @param identities those of one call, such as a device and its person
 */
export async function memberIn(
  identities: readonly IdentityKey[],
  deps: AccessDeps,
): Promise<(segmentId: string) => boolean> {
  const segments = new Set<string>();
  for (const key of identities) {
    const found = await findProfile(key, deps.settings.mergePolicy, deps);
    const ups = found ? await membershipsOf(key, found.item, deps) : {};
    for (const [id, { status }] of Object.entries(ups)) if (status === 'realized') segments.add(id);
  }
  return (id) => segments.has(id);
}

/** What the strongest of the people behind some identities says about consents; undefined where nobody is known. */
export async function consentsOf(
  identities: readonly IdentityKey[],
  deps: Pick<AccessDeps, 'profiles' | 'settings'>,
): Promise<unknown> {
  const { mergePolicy, links } = deps.settings;
  const strongestFirst = [...identities].sort((x, y) => links.rank(namespaceOf(x)) - links.rank(namespaceOf(y)));
  for (const key of strongestFirst) {
    const found = await findProfile(key, mergePolicy, deps);
    if (found) return found.profile.view.consents;
  }
  return undefined;
}
