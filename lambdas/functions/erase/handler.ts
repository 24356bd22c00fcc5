import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { createDigests } from '#core/governance/suppression.ts';
import { type ContinueDeps, type Continued, continueErasures } from '#core/privacy/continue-erasures.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface EraseFunctionDeps
  extends Omit<ContinueDeps, 'catalogVersion' | 'settings' | 'destinations' | 'digestOf' | 'projection'> {
  readonly catalog: CatalogPort;
  /** Whether the stage has copies of profiles for the edge; where it has none any more, what is left of them goes. */
  readonly makesEdgeProfiles: boolean;
  /** The key that identities are hashed with. */
  suppressionKey(): Promise<string>;
}

/** Schedule, or the command line → deletions go on: a pass is started for all that wait, receipts are given. */
export function createHandler(deps: EraseFunctionDeps) {
  return async (): Promise<Continued> => {
    const catalog = await deps.catalog.current();
    const { suppression, route } = stageSettings(catalog);
    const continued = await continueErasures({
      ...deps,
      catalogVersion: catalog.version,
      settings: suppression,
      destinations: route.destinations,
      projection: deps.makesEdgeProfiles ? catalog.edgeProjection : undefined,
      digestOf: createDigests(await deps.suppressionKey(), suppression),
    });
    logBatch({ ...continued });
    return continued;
  };
}
