import { z } from 'zod';

export const namespaceCode = z.string().regex(/^[A-Za-z0-9_.]{1,64}$/, 'letters, digits, "_" and ".", at most 64');

/** The shapes of what users write in a catalog, one folder per kind. Where AEP's API has a shape, the keys are the same. */

/** aep.md §3.1 */
export const ID_TYPES = [
  'COOKIE',
  'CROSS_DEVICE',
  'DEVICE',
  'EMAIL',
  'PHONE',
  'MOBILE',
  'NON_PEOPLE',
  'PARTNER',
] as const;
export type IdType = (typeof ID_TYPES)[number];

/** `namespaces/`: an identity namespace of the company's own; the standard ones are built in. */
export const namespaceDefinition = z.strictObject({
  code: namespaceCode,
  name: z.string().optional(),
  description: z.string().optional(),
  idType: z.enum(ID_TYPES),
  id: z.int().optional(),
});
export type NamespaceDefinition = z.output<typeof namespaceDefinition>;

/** aep.md §3.3 */
export const BLOCKED_BY_DEFAULT: readonly string[] = ['AAID'];

/** `identity-settings/` (one file): which namespaces are strong, strongest first, and which are unique in a graph. */
export const identitySettings = z.strictObject({
  namespacePriority: z.array(namespaceCode).min(1),
  uniqueNamespaces: z.array(namespaceCode).default([]),
  /** Namespaces whose identities never join a graph, although they are people's (aep.md §3.3). */
  blockedNamespaces: z.array(namespaceCode).default([...BLOCKED_BY_DEFAULT]),
  /** Profiles that have identities of these namespaces only are removed after a time without activity (aep.md §4.3). */
  pseudonymousExpiration: z
    .strictObject({ namespaces: z.array(namespaceCode).min(1), days: z.int().min(1).default(14) })
    .optional(),
});
export type IdentitySettings = z.output<typeof identitySettings>;
