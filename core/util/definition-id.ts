import * as z from 'zod';

/** What the definitions of all kinds share; types of destinations build theirs on it. */

export const definitionId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'letters, digits, "_", "." and "-", at most 128');
