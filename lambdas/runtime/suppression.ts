import { createSuppress, type Suppress } from '#core/governance/suppress.ts';
import {
  createDigests,
  type Digests,
  type SuppressionList,
  type SuppressionSettings,
  type Suppressions,
} from '#core/governance/suppression.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Backoff } from '#core/ports/conflict.ts';

/** How old the list of suppressed identities may be that a function goes by. */
const FRESH_MS = 5_000;

export interface SuppressionReaderDeps extends Backoff {
  readonly suppressions: Suppressions;
  /** The stage's secret. */
  suppressionKey(): Promise<string>;
  readonly now: Clock;
}

/** What a function asks about suppressed identities, under a catalog. */
export type SuppressUnder = (settings: SuppressionSettings) => Suppress;

/** Keeps the list for some seconds, and digests for as long as the function lives. */
export function createSuppression({
  suppressions,
  suppressionKey,
  now,
  backoff,
}: SuppressionReaderDeps): SuppressUnder {
  let list: { readonly read: Promise<SuppressionList>; readonly until: number } | undefined;
  const digests = new WeakMap<SuppressionSettings, Promise<Digests>>();
  return (settings) =>
    createSuppress({
      suppressions,
      settings,
      backoff,
      async known() {
        if (!list || now() >= list.until) {
          const read = suppressions.read();
          list = { read, until: now() + FRESH_MS };
          // One that failed is no list.
          read.catch(() => {
            list = undefined;
          });
        }
        return await list.read;
      },
      digests() {
        const found = digests.get(settings) ?? suppressionKey().then((key) => createDigests(key, settings));
        digests.set(settings, found);
        found.catch(() => digests.delete(settings));
        return found;
      },
    });
}
