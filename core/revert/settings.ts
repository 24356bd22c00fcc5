import type { IngestionSettings } from '#core/ingestion/settings.ts';
import type { ExpirySettings } from '#core/profile/expiry/settings.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';

/** What taking a batch back needs of the catalog. */
export interface RevertSettings extends Pick<IngestionSettings, 'datasets'> {
  readonly fold: FoldSettings;
  readonly expiry: ExpirySettings;
}
