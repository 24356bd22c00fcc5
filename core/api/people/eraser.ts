import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { createDigests } from '#core/governance/suppression.ts';
import { type RequestErasureDeps, requestErasure } from '#core/privacy/request-erasure.ts';
import type { PeopleDeps } from './deps.ts';

export interface EraserDeps extends Omit<RequestErasureDeps, 'settings' | 'destinations' | 'digestOf' | 'normalForms'> {
  readonly catalog: CatalogPort;
  /** The key that identities are hashed with. */
  suppressionKey(): Promise<string>;
}

/** Deletes people as the active catalog has it: suppressed, and gone from profiles and timeline at once. */
export const createEraser =
  (deps: EraserDeps): PeopleDeps['erase'] =>
  async (request) => {
    const catalog = await deps.catalog.current();
    const settings = stageSettings(catalog);
    const erasure = await requestErasure(
      { ...request, isUnknown: false },
      {
        ...deps,
        settings: settings.evaluation,
        destinations: settings.route.destinations,
        digestOf: createDigests(await deps.suppressionKey(), settings.suppression),
        normalForms: catalog.normalForms,
      },
    );
    return erasure?.requestId;
  };
