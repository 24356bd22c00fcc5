import type { ProfileView } from '#core/profile/profile-view.ts';
import { valueAt } from '#core/record/field-path.ts';

/** Which attributes a person has no value of, of those without which a destination takes nobody (aep.md §6.3). */
export const missingOf = (paths: readonly string[], view: ProfileView): string[] =>
  paths.filter((path) => isMissing(valueAt(view, path)));

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';
