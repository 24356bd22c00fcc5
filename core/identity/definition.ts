import * as z from 'zod';
import { compilePattern } from './linear-pattern.ts';
import { phoneCountry } from './phone.ts';

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

const pattern = z.string().superRefine((text, context) => {
  try {
    compilePattern(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** A normal form of one's own; its steps are done in this order. */
const ownForm = z.strictObject({
  trim: z.boolean().default(true),
  unicode: z.enum(['NFC', 'NFKC']).optional(),
  case: z.enum(['lower', 'upper']).optional(),
  /** Each pattern is replaced wherever it is found; `$1` is its first group. */
  replace: z.array(z.strictObject({ pattern, with: z.string() })).default([]),
  /** Of the whole value; what does not fit is no identity. */
  pattern: pattern.optional(),
});

/** What identities of one namespace look like, and which of its values name nobody. */
const valueSettings = {
  /** The form in which values are compared; what has none is no identity. Standard namespaces have one by default. */
  normalize: z.union([z.enum(['none', 'email', 'phone', 'sha256']), ownForm]).optional(),
  /** Of telephone numbers without a country code. */
  country: z
    .string()
    .refine((code) => phoneCountry(code) !== undefined, 'a country code such as DE')
    .optional(),
  /** Values that name nobody, in any case, beside those of the identity settings. */
  blockedValues: z.array(z.string().min(1)).optional(),
  /** Whether the usual placeholders, such as n/a, name nobody. */
  blockPlaceholders: z.boolean().optional(),
  /** Which of several values of one person destinations are told: all where it is omitted, or the one asserted last. */
  activate: z.enum(['all', 'newest']).optional(),
  /**
   * Whether what a browser says of them at the edge counts with a signature only, as what it says of persons does
   * (docs/edge.md).
   */
  needsProof: z.boolean().optional(),
};

/** Of a namespace, in identity settings; the keys as a definition of one's own has them. */
export const namespaceSettings = z.strictObject(valueSettings);
export type NamespaceSettings = z.output<typeof namespaceSettings>;
export type OwnForm = z.output<typeof ownForm>;

/** `namespaces/`: an identity namespace of the company's own; the standard ones are built in. */
export const namespaceDefinition = z.strictObject({
  code: namespaceCode,
  name: z.string().optional(),
  description: z.string().optional(),
  idType: z.enum(ID_TYPES),
  id: z.int().optional(),
  ...valueSettings,
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
  /** Values that name nobody in any namespace, in any case, beside AEP's (aep.md §3.3). */
  blockedValues: z.array(z.string().min(1)).optional(),
  /** Whether the usual placeholders, such as n/a, name nobody in any namespace; they do where it is omitted. */
  blockPlaceholders: z.boolean().optional(),
  /** What is said of standard namespaces, which have no definition. */
  namespaces: z.record(namespaceCode, namespaceSettings).optional(),
  /** Profiles that have identities of these namespaces only are removed after a time without activity (aep.md §4.3). */
  pseudonymousExpiration: z
    .strictObject({ namespaces: z.array(namespaceCode).min(1), days: z.int().min(1).default(14) })
    .optional(),
});
export type IdentitySettings = z.output<typeof identitySettings>;
