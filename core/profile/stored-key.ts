import { type NormalForms, normalKey } from '#core/identity/normal-form.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { ProfileStore } from './ports/profile-store.ts';

/**
 * The key under which an identity that somebody asks for is stored: that of its normal form. What was ingested before its
 * namespace had this form is stored as it was sent, and is found as it was sent.
 * @param asked as somebody has written it: `Email: Ada@Shop.Example`
 */
export async function storedKey(
  asked: IdentityKey,
  normalForms: NormalForms,
  profiles: Pick<ProfileStore, 'lookup'>,
): Promise<IdentityKey> {
  const normal = normalKey(asked, normalForms);
  if (normal === asked) return asked;
  const known = await profiles.lookup([normal, asked]);
  return !known.has(normal) && known.has(asked) ? asked : normal;
}
