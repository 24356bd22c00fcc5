import { setTimeout } from 'node:timers/promises';
import { printErasure, printPass } from '#cli/report/print-erasure.ts';
import { UserError } from '#cli/user-error.ts';
import type { Continued } from '#core/privacy/continue-erasures.ts';
import type { SignedReceipt } from '#core/privacy/receipt.ts';
import { invoke } from './invoke.ts';
import { storesOf } from './stores.ts';
import type { Resources } from './use-stage.ts';

const LOOK_EVERY_MS = 2_000;

/** Starts passes of deletions whenever one is due, as the schedule does, until the receipt of a request is there. */
export async function waitForReceipt(
  requestId: string,
  resources: Resources,
  progress: (text: string) => void = () => {},
): Promise<SignedReceipt> {
  const { erasures, erasureJobs } = storesOf(resources);
  for (;;) {
    const erasure = await erasures.get(requestId);
    if (erasure?.receipt) return erasure.receipt;
    if (!erasure) throw new UserError(`There is no request ${requestId} any more.`);
    (await invoke(resources, 'erase')) as Continued;
    const { current } = await erasureJobs.latest();
    progress([printErasure(erasure), ...(current ? [printPass(current)] : [])].join('; '));
    await setTimeout(LOOK_EVERY_MS);
  }
}
