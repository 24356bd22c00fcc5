import * as z from 'zod';
import { namespaceCode } from '#core/identity/definition.ts';

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

/** What tells the parts that are definitions of their own from those that schemas were put together from once. */
export const TENANT_CONTAINER = 'tenant';

/**
 * `schema-parts/`: a class, field group or data type of the company's own that stays in the catalog by itself, whether a
 * schema uses it or not. Schemas that use it follow when it changes.
 */
export const schemaPartDefinition = z.looseObject({
  $id: z.string().min(1),
  title: z.string().optional(),
  'meta:resourceType': z.enum(['fieldgroups', 'classes', 'datatypes']).default('fieldgroups'),
  'meta:containerId': z.literal(TENANT_CONTAINER).default(TENANT_CONTAINER),
});
export type SchemaPartDefinition = z.output<typeof schemaPartDefinition>;
