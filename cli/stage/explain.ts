import { UserError } from '#cli/user-error.ts';
import { type AudienceExplanation, explainAudience } from '#core/access/explain-audience.ts';
import { askedAudience } from '#core/catalog/plan-segment.ts';
import { profileDatasets, stageSettings } from '#core/catalog/stage-settings.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { activeDefinitions } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { activeCatalog, type StageStores } from './stores.ts';

/**
 * Why a person of an identity is in an audience, or is not; undefined where nothing is known of the identity.
 * @throws UserError where the catalog has no such segment
 */
export type Explainer = (segmentId: string, identity: IdentityKey) => Promise<AudienceExplanation | undefined>;

/** Explains audiences of the active catalog of a stage. @param now epoch ms */
export async function explainerOf(stores: StageStores, now: number): Promise<Explainer> {
  const [definitions, compiled] = [await activeDefinitions(stores.catalog), await activeCatalog(stores.catalog)];
  const datasets = profileDatasets(compiled.datasets);
  const deps = {
    settings: stageSettings(compiled).access,
    profiles: stores.profiles,
    memberships: stores.memberships,
    timeline: stores.timeline,
    lookups: lookupReader(stores.lookups),
    isProfileEnabled: (datasetId: string) => datasets.has(datasetId),
    now,
  };
  return async (segmentId, identity) => {
    const audience = definitions && askedAudience(definitions, compiled, segmentId);
    if (!audience) {
      const ids = definitions?.segments.map((segment) => segment.id) ?? [];
      throw new UserError(
        `The active catalog has no segment "${segmentId}"; ${didYouMean(segmentId, ids) ?? `it has: ${ids.join(', ') || 'none'}`}`,
      );
    }
    return explainAudience(identity, audience, deps);
  };
}
