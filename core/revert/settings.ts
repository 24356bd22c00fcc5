import type { IngestionSettings } from '#core/ingestion/settings.ts';
import type { ExpiryRules } from '#core/profile/expiry/rules.ts';
import type { FoldRules } from '#core/profile/fold-settings.ts';

/** What taking a batch back needs of the catalog. */
export interface RevertSettings extends Pick<IngestionSettings, 'datasets'> {
  readonly fold: FoldRules;
  readonly expiry: ExpiryRules;
}
