import { z } from 'zod';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { type ErasureDeps, erasePerson } from '#core/privacy/erase-person.ts';
import { type SignedReceipt, signReceipt } from '#core/privacy/receipt.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface ErasePersonDeps extends Omit<ErasureDeps, 'catalog' | 'settings'> {
  readonly catalog: CatalogPort;
  /** The key that receipts are signed with. */
  signingKey(): Promise<string>;
}

const erasureRequest = z.strictObject({
  requestId: z.string().min(1).max(128),
  identity: z.string().regex(/^[A-Za-z0-9_.]{1,64}:.+$/s, 'expected NAMESPACE:VALUE'),
  reason: z.string().max(1_024).default(''),
  keepOut: z.boolean().default(false),
});

/** A request → the person is gone; given again with the same request id it goes on where it was interrupted. */
export function createHandler(deps: ErasePersonDeps) {
  return async (event: unknown): Promise<SignedReceipt> => {
    const request = erasureRequest.parse(event);
    const catalog = await deps.catalog.current();
    const receipt = await erasePerson(request, { ...deps, catalog, settings: stageSettings(catalog).evaluation });
    const { requestId, timelineEntries, lake, quarantine, exports } = receipt;
    logBatch({ requestId, timelineEntries, lake, quarantine, exports });
    return signReceipt(receipt, await deps.signingKey());
  };
}
