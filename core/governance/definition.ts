import * as z from 'zod';

/** The shapes of what users write about governance: labels, policies, consent policies. */

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'letters, digits, "_", "." and "-", at most 128');

/** A label, by name; the known ones are in `labels.ts`. */
const label = z
  .string()
  .min(1)
  .max(128)
  // The scope `profile:read:masked` would mean it.
  .refine((name) => name !== 'masked', 'no label can be called "masked"');

/** `core/emailTargeting`, or the name alone; a path or URL of AEP that ends so is taken as well. */
const marketingActionRef = z.string().min(1);

/** `labels/`: what a dataset or a schema is labelled with, as a whole and field by field. */
export const labelAssignment = z
  .strictObject({
    dataset: id.optional(),
    /** `$id` of a schema. */
    schema: z.string().min(1).optional(),
    labels: z.array(label).default([]),
    /** Dotted path → labels; what is labelled includes everything below. */
    fields: z.record(z.string().min(1), z.array(label).min(1)).default({}),
  })
  .refine(({ dataset, schema }) => (dataset === undefined) !== (schema === undefined), {
    message: 'give either "dataset" or "schema"',
  });

/** `labels/`: a label of the company's own. */
export const customLabel = z.strictObject({
  name: label,
  title: z.string().optional(),
  description: z.string().optional(),
});

export const labelDefinition = z.union([labelAssignment, customLabel]);
export type LabelDefinition = z.output<typeof labelDefinition>;
export type LabelAssignment = z.output<typeof labelAssignment>;

/** Whether a definition puts labels on a dataset or a schema; the others define a label. */
export const isAssignment = (definition: LabelDefinition): definition is LabelAssignment => !('name' in definition);

/** A tree of labels, as AEP's Policy Service writes it: a label, or several joined by AND or OR. */
export type DenyExpression =
  | { readonly label: string }
  | { readonly operator: 'AND' | 'OR'; readonly operands: readonly DenyExpression[] };

const MAX_LEVELS = 16;

function denyAt(level: number): z.ZodType<DenyExpression> {
  const leaf = z.strictObject({ label });
  if (level === MAX_LEVELS) return leaf;
  const operands = z.array(denyAt(level + 1)).min(1);
  return z.union([leaf, z.strictObject({ operator: z.enum(['AND', 'OR']), operands })]) as z.ZodType<DenyExpression>;
}

const status = z.enum(['ENABLED', 'DISABLED', 'DRAFT']).default('ENABLED');

/** `policies/`: one of the built-in policies, switched on (aep.md §6.7: they ship disabled). */
const corePolicySwitch = z.strictObject({ core: z.string().min(1), status });

/** `policies/`: data with these labels must not be used for these marketing actions. */
const dataPolicy = z.strictObject({
  id,
  name: z.string().optional(),
  description: z.string().optional(),
  status,
  marketingActionRefs: z.array(marketingActionRef).min(1),
  deny: denyAt(1),
});

export const policyDefinition = z.union([dataPolicy, corePolicySwitch]);
export type PolicyDefinition = z.output<typeof policyDefinition>;
export type DataPolicy = z.output<typeof dataPolicy>;

/** aep.md §1.5; every other value is none. */
export const CONSENT_VALUES = ['y', 'n', 'p', 'u', 'dy', 'dn', 'LI', 'CT', 'CP', 'VI', 'PI'] as const;
export type ConsentValue = (typeof CONSENT_VALUES)[number];

/** `consent-policies/`: who may be told to which destinations. */
export const consentPolicyDefinition = z
  .strictObject({
    id,
    name: z.string().optional(),
    description: z.string().optional(),
    status,
    /** It matches destinations that have one of these marketing actions … */
    marketingActionRefs: z.array(marketingActionRef).default([]),
    /** … or that are one of these; all of them where both are left out. */
    destinations: z.array(id).default([]),
    /** `email` for `consents.marketing.email`; `consents.marketing.any` goes before it. */
    channel: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'a field of consents.marketing')
      .optional(),
    /** Another consent, by its path below `consents`, such as `share`, `collect` or `adID`. */
    consent: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/, 'a dotted path below "consents"')
      .optional(),
    /** Values that consent. */
    values: z.array(z.enum(CONSENT_VALUES)).min(1).default(['y', 'dy']),
  })
  .refine(({ channel, consent }) => (channel === undefined) !== (consent === undefined), {
    message: 'give either "channel" or "consent"',
  });
export type ConsentPolicyDefinition = z.output<typeof consentPolicyDefinition>;
