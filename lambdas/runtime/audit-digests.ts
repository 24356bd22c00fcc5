import { createDigests, type Digests, type SuppressionSettings } from '#core/governance/suppression.ts';

/** Keyed hashes of identities for audit records, kept for as long as the function lives. @param key the audit key of the stage */
export function createAuditDigests(key: () => Promise<string>): (settings: SuppressionSettings) => Promise<Digests> {
  const known = new WeakMap<SuppressionSettings, Promise<Digests>>();
  return (settings) => {
    const found = known.get(settings) ?? key().then((each) => createDigests(each, settings));
    known.set(settings, found);
    // One that failed is none.
    found.catch(() => known.delete(settings));
    return found;
  };
}
