import { z } from 'zod';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { readmit } from '#core/governance/suppress.ts';
import { createDigests } from '#core/governance/suppression.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import { type RequestErasureDeps, requestErasure } from '#core/privacy/request-erasure.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface ErasePersonDeps
  extends Omit<RequestErasureDeps, 'settings' | 'destinations' | 'digestOf' | 'normalForms'> {
  readonly catalog: CatalogPort;
  /** The key that identities are hashed with. */
  suppressionKey(): Promise<string>;
}

const identity = z.string().regex(/^[A-Za-z0-9_.]{1,64}:.+$/s, 'expected NAMESPACE:VALUE');
const reason = z.string().max(1_024).default('');
const request = z.union([
  z.strictObject({ readmit: identity, reason: reason.pipe(z.string().min(1, 'say why')) }),
  z.strictObject({
    requestId: z.string().min(1).max(128),
    identity,
    reason,
    isUnknown: z.boolean().default(false),
  }),
]);

/** What the command line is told: no identities but those of who asks. */
export type ErasePersonAnswer =
  | { readonly outcome: 'nobody' }
  | {
      readonly outcome: 'accepted';
      readonly erasure: Omit<Erasure, 'identities' | 'canonicalKey' | 'linked' | 'revision' | 'lastRouted'>;
    }
  | { readonly outcome: 'readmitted' | 'not-suppressed' };

/**
 * A request → the person is suppressed, and gone from profiles; a pass does the rest. Or a suppressed identity → it is
 * ingested again from now on.
 */
export function createHandler(deps: ErasePersonDeps) {
  return async (event: unknown): Promise<ErasePersonAnswer> => {
    const asked = request.parse(event);
    const catalog = await deps.catalog.current();
    const settings = stageSettings(catalog);
    const digestOf = createDigests(await deps.suppressionKey(), settings.suppression);
    if ('readmit' in asked) {
      const digest = digestOf(parseIdentityKey(asked.readmit));
      const entry = (await deps.suppressions.read()).find(digest);
      if (entry?.mode !== 'always') return { outcome: 'not-suppressed' };
      await readmit([entry], deps.now(), deps);
      logBatch({ readmitted: digest, reason: asked.reason });
      return { outcome: 'readmitted' };
    }
    const erasure = await requestErasure(asked, {
      ...deps,
      settings: settings.evaluation,
      destinations: settings.route.destinations,
      digestOf,
      normalForms: catalog.normalForms,
    });
    if (!erasure) return { outcome: 'nobody' };
    const {
      identities: _identities,
      canonicalKey: _canonicalKey,
      linked: _linked,
      revision: _revision,
      lastRouted: _lastRouted,
      ...shown
    } = erasure;
    logBatch({ requestId: shown.requestId, status: shown.status });
    return { outcome: 'accepted', erasure: shown };
  };
}
