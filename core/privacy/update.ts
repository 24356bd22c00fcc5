import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { Erasure } from './erasure.ts';
import type { Erasures } from './ports/erasures.ts';

/**
 * Changes a deletion that is under way, whoever else does.
 * @param change gives the same object where nothing changes
 * @returns it as it then is; undefined where there is none, or it is done
 */
export const updateErasure = (
  requestId: string,
  change: (erasure: Erasure) => Erasure,
  { erasures, backoff }: Backoff & { readonly erasures: Erasures },
): Promise<Erasure | undefined> =>
  retryOnConflict(
    async () => {
      const stored = await erasures.get(requestId);
      if (stored?.status !== 'under-way') return undefined;
      const changed = change(stored);
      if (changed === stored) return stored;
      await erasures.save(changed);
      return { ...changed, revision: changed.revision + 1 };
    },
    { backoff },
  );
