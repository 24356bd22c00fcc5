import { z } from 'zod';
import { DEFINITIONS } from '#core/activation/registry.ts';
import { CONNECTION_TYPES } from '#core/contract/connections.ts';
import { compileDatePattern, isTimeZone, PATTERN_LETTERS } from '#core/ingestion/mapping/date-pattern.ts';
import { phoneCountry } from '#core/ingestion/mapping/phone.ts';
import { PLAN_MODES } from '#core/segmentation/plan-adobe.ts';
import { destinationBase, definitionId as id, namespaceCode } from '#core/activation/destination-base.ts';

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

/** `evaluation-settings/` (one file): whose rules decide how segments are evaluated (docs/segments.md). */
export const evaluationSettings = z.strictObject({
  mode: z.enum(PLAN_MODES).default('native'),
  inSegmentWithEvents: z.enum(['batch', 'streaming']).default('batch'),
});
export type EvaluationSettings = z.output<typeof evaluationSettings>;

const descriptorSource = {
  'xdm:sourceSchema': z.string().optional(),
  'xdm:sourceVersion': z.literal(1).optional(),
  'xdm:sourceProperty': z.string().startsWith('/'),
  // What AEP's registry says besides, where a descriptor was copied from there.
  '@id': z.string().optional(),
  imsOrg: z.string().optional(),
  version: z.string().optional(),
  'meta:containerId': z.string().optional(),
  'meta:sandboxId': z.string().optional(),
  'meta:sandboxType': z.string().optional(),
};

/** aep.md §1.1: which field of a schema is an identity. */
const identityDescriptor = z.strictObject({
  '@type': z.literal('xdm:descriptorIdentity'),
  ...descriptorSource,
  'xdm:namespace': namespaceCode,
  'xdm:property': z.literal('xdm:code').default('xdm:code'),
  'xdm:isPrimary': z.boolean().default(false),
});

/** Which field of a lookup schema is its key; a primary identity says so too. */
const primaryKeyDescriptor = z.strictObject({
  '@type': z.literal('xdm:descriptorPrimaryKey'),
  ...descriptorSource,
});

/** aep.md §1.1: the field holds the key of a record of a lookup schema. The second is what B2B schemas have. */
const relationshipDescriptor = z.strictObject({
  '@type': z.enum(['xdm:descriptorOneToOne', 'xdm:descriptorRelationship']),
  ...descriptorSource,
  'xdm:destinationSchema': z.string().min(1),
  'xdm:destinationVersion': z.literal(1).optional(),
  'xdm:destinationProperty': z.string().startsWith('/').optional(),
  'xdm:destinationNamespace': namespaceCode.optional(),
  'xdm:sourceToDestinationTitle': z.string().optional(),
  'xdm:destinationToSourceTitle': z.string().optional(),
  'xdm:cardinality': z.enum(['1:1', 'M:1']).optional(),
});

/** The namespace of the key that a field with a relationship holds; goes with the relationship. */
const referenceDescriptor = z.strictObject({
  '@type': z.literal('xdm:descriptorReferenceIdentity'),
  ...descriptorSource,
  'xdm:identityNamespace': namespaceCode,
});

/** Other words for people to read about a field; they have no say here. */
const wordsDescriptor = z.strictObject({
  '@type': z.enum(['xdm:alternateDisplayInfo', 'xdm:descriptorDeprecated']),
  ...descriptorSource,
  'xdm:title': z.record(z.string(), z.string()).optional(),
  'xdm:description': z.record(z.string(), z.string()).optional(),
  'xdm:note': z.record(z.string(), z.string()).optional(),
  'meta:enum': z.record(z.string(), z.string()).optional(),
  'xdm:excludeMetaEnum': z.record(z.string(), z.string()).optional(),
});

export const schemaDescriptor = z.discriminatedUnion('@type', [
  identityDescriptor,
  primaryKeyDescriptor,
  relationshipDescriptor,
  referenceDescriptor,
  wordsDescriptor,
]);
export type SchemaDescriptor = z.output<typeof schemaDescriptor>;
export type IdentityDescriptor = z.output<typeof identityDescriptor>;
export type RelationshipDescriptor = z.output<typeof relationshipDescriptor>;

export const EXPERIENCE_EVENT_CLASS = 'https://ns.adobe.com/xdm/context/experienceevent';
export const PROFILE_CLASS = 'https://ns.adobe.com/xdm/context/profile';

/**
 * `schemas/`: a JSON Schema with its class and its descriptors. One without a class is a part of others; one of a class
 * of the company's own, a lookup schema, is of things with a key, such as products.
 */
export const schemaDefinition = z.looseObject({
  $id: z.string().min(1),
  title: z.string().optional(),
  'meta:class': z.string().min(1),
  type: z.literal('object').default('object'),
  properties: z.record(z.string(), z.unknown()).default({}),
  'meta:immutableTags': z.array(z.literal('union')).optional(),
  descriptors: z.array(schemaDescriptor).default([]),
});
export type SchemaDefinition = z.output<typeof schemaDefinition>;

const datePattern = z.string().superRefine((pattern, context) => {
  try {
    compileDatePattern(pattern);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${(error as Error).message}; expected ${PATTERN_LETTERS}` });
  }
});

/** Options of a mapping rule that mean something only to some types. */
const OPTIONS_OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  format: ['date', 'date-time'],
  timeZone: ['date-time'],
  country: ['phone'],
  countrySource: ['phone'],
};

/** One rule of a CSV mapping: a column, or a constant, becomes a field (dotted path) of the schema. */
export const mappingRule = z
  .strictObject({
    source: z.string().optional(),
    constant: z.union([z.string(), z.number(), z.boolean()]).optional(),
    destination: z.string().min(1),
    type: z.enum(['string', 'number', 'integer', 'boolean', 'date-time', 'date', 'phone']).default('string'),
    transform: z.array(z.enum(['trim', 'lower', 'upper'])).default([]),
    /** Dates: how they are written, the first pattern that fits; ISO 8601 when left out. */
    format: z.union([datePattern, z.array(datePattern).min(1)]).optional(),
    /** Instants without a zone of their own are in this one. */
    timeZone: z.string().refine(isTimeZone, 'a time zone such as Europe/Berlin or UTC').optional(),
    /** Telephone numbers without a country code are of this country, or of the one that the row's column names. */
    country: z
      .string()
      .refine((code) => phoneCountry(code) !== undefined, 'a country code such as DE')
      .optional(),
    countrySource: z.string().min(1).optional(),
    /** The cell holds several values with this between them, and the field is a list. */
    split: z.string().min(1).optional(),
  })
  .superRefine((rule, context) => {
    if ((rule.source === undefined) === (rule.constant === undefined)) {
      context.addIssue({ code: 'custom', message: 'give either "source" (a column) or "constant"' });
    }
    for (const [key, types] of Object.entries(OPTIONS_OF_TYPES)) {
      const isMisplaced = rule[key as keyof typeof rule] !== undefined && !types.includes(rule.type);
      if (isMisplaced)
        context.addIssue({ code: 'custom', path: [key], message: `only with type ${types.join(' or ')}` });
    }
  });
export type MappingRule = z.output<typeof mappingRule>;

/** `datasets/` */
export const datasetDefinition = z.strictObject({
  id,
  name: z.string().optional(),
  description: z.string().optional(),
  schemaRef: z.strictObject({ id: z.string().min(1), contentType: z.string().optional() }),
  /** aep.md §1.6; both are enabled unless said otherwise. */
  tags: z
    .strictObject({
      unifiedProfile: z.array(z.string()).default(['enabled:true']),
      unifiedIdentity: z.array(z.string()).default(['enabled:true']),
    })
    .default({ unifiedProfile: ['enabled:true'], unifiedIdentity: ['enabled:true'] }),
  /** Events are kept this many days after they happened; for ever where it is left out (aep.md §4.3). */
  eventExpirationDays: z.int().min(1).optional(),
  /** aep.md §2.3: percent of a file's records that may be refused before all of it is; 5 when left out. */
  partialIngestionPercentage: z.number().min(0).max(100).optional(),
  /** How the flat columns of a CSV file become fields. */
  mapping: z.array(mappingRule).optional(),
});
export type DatasetDefinition = z.output<typeof datasetDefinition>;

/**
 * `source-connections/`: who may send records over HTTP (aep.md §2.1). The id is the last part of the address; keys are
 * kept as hashes only, two of them while one replaces the other.
 */
export const sourceConnectionDefinition = z
  .strictObject({
    id: id.refine((name) => name !== 'batch', 'another id: "batch" is a part of addresses'),
    name: z.string().optional(),
    description: z.string().optional(),
    /** SHA-256 of each key, in hexadecimal digits. */
    keySha256: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of a key, in 64 lower-case hexadecimal digits'))
      .max(10)
      .default([]),
    authenticationRequired: z.boolean().default(true),
    /** The datasets it may send records of; any when left out. */
    datasets: z.array(id).min(1).optional(),
    /** Requests a second that each running copy of the function takes. */
    requestsPerSecond: z.number().positive().max(100_000).default(1_000),
  })
  .refine(({ keySha256, authenticationRequired }) => keySha256.length > 0 || !authenticationRequired, {
    path: ['keySha256'],
    message: 'give the SHA-256 of a key, or authenticationRequired: false to take records of anybody',
  });
export type SourceConnectionDefinition = z.output<typeof sourceConnectionDefinition>;

/** `merge-policies/` (aep.md §4.1) */
export const mergePolicyDefinition = z.strictObject({
  id,
  name: z.string().optional(),
  default: z.boolean().default(false),
  identityGraph: z.strictObject({ type: z.enum(['pdg', 'none']) }).default({ type: 'pdg' }),
  attributeMerge: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('timestampOrdered') }),
      z.strictObject({ type: z.literal('dataSetPrecedence'), order: z.array(id).min(1) }),
    ])
    .default({ type: 'timestampOrdered' }),
});
export type MergePolicyDefinition = z.output<typeof mergePolicyDefinition>;

const aamDestination = z.strictObject({
  ...destinationBase,
  type: z.literal('aam'),
  /** Where the collection hosts of the regions are; `{host}` is replaced by the region's host name. */
  edgeEndpoint: z.string().includes('{host}').default('https://{host}'),
  /** XDM region family (the letters of `VA6`) → Audience Manager region id and host; replaces the built-in table. */
  regions: z.record(z.string(), z.strictObject({ id: z.int(), host: z.string() })).optional(),
  /** Data provider id of the files, by namespace; replaces the built-in ones. */
  dataProviderIds: z.record(z.string(), z.int()).optional(),
  /** `d_orgid` of the calls to the edge: whose data it is. */
  organizationId: z
    .string()
    .regex(/^[A-Za-z0-9]+@AdobeOrg$/, 'an id such as 0123456789ABCDEF01234567@AdobeOrg')
    .optional(),
  /** The company's alias of demdex.net, which goes into the `Host` of the calls to the edge. */
  domainAlias: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,63}$/, 'letters, digits and "-", at most 63')
    .optional(),
  edgeMethod: z.enum(['POST', 'GET']).optional(),
  /** First folder of the files: the company's name in Audience Manager; the destination's id when left out. */
  partner: id.optional(),
  /** Data provider id of the company: stands behind that of the ids in the names of files. */
  targetDataProviderId: z.int().positive().optional(),
  /** Number of the trait of a segment, by segment id: files then name traits (`d_sid`, `d_unsid`), not signals. */
  traits: z.record(id, z.int().positive()).optional(),
  /** Whether files are compressed with gzip. */
  gzip: z.boolean().optional(),
  /** How long a segment that is newly shared is not told, while Audience Manager sets it up (aep.md §7.1 step 10); 4 when left out. */
  firstUseHours: z.number().min(0).max(168).optional(),
  /** The sandbox that this catalog belongs to; only the default production sandbox is shared (aep.md §7.1 step 11). */
  sandbox: z
    .strictObject({
      name: z.string().min(1),
      type: z.enum(['production', 'development']),
      isDefault: z.boolean().default(false),
    })
    .optional(),
});

/** `destinations/`: the id is the id of a connection that the stage was deployed with. */
export const destinationDefinition = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination]);
export type DestinationDefinition = z.output<typeof destinationDefinition>;
export type AamDestination = z.output<typeof aamDestination>;

// A new type of destination must be added to both lists; this line does not compile otherwise.
CONNECTION_TYPES satisfies readonly DestinationDefinition['type'][];
