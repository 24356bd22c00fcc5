import { pointerSteps } from '#core/util/pointer.ts';
import {
  EXPERIENCE_EVENT_CLASS,
  type IdentityDescriptor,
  PROFILE_CLASS,
  type RelationshipDescriptor,
  type SchemaDefinition,
  type SchemaDescriptor,
} from './definition.ts';
import type { Relationship } from './relationship.ts';

/** What the descriptors of a schema say (aep.md §1.1). */

/** Whether its records are neither people nor events, but what these refer to by a key. */
export const isLookupSchema = (schema: SchemaDefinition): boolean =>
  schema['meta:class'] !== PROFILE_CLASS && schema['meta:class'] !== EXPERIENCE_EVENT_CLASS;

/** Whether a descriptor makes its field an identity (aep.md §1.1). */
export const isIdentity = (descriptor: SchemaDescriptor): descriptor is IdentityDescriptor =>
  descriptor['@type'] === 'xdm:descriptorIdentity';

/** The identities of a schema. */
export const identityDescriptors = ({ descriptors }: Pick<SchemaDefinition, 'descriptors'>): IdentityDescriptor[] =>
  descriptors.filter(isIdentity);

/**
 * Whether a descriptor makes its field the key of a record of another schema (aep.md §1.1); both of the names that AEP
 * has for it.
 */
export const isRelationship = (descriptor: SchemaDescriptor): descriptor is RelationshipDescriptor =>
  descriptor['@type'] === 'xdm:descriptorOneToOne' || descriptor['@type'] === 'xdm:descriptorRelationship';

/** Pointer to the field by which records of a lookup schema are found: its primary key, or its primary identity. */
export function primaryKeyOf({ descriptors }: SchemaDefinition): string | undefined {
  const key = descriptors.find((descriptor) => descriptor['@type'] === 'xdm:descriptorPrimaryKey');
  const primary = key ?? descriptors.find((descriptor) => isIdentity(descriptor) && descriptor['xdm:isPrimary']);
  return primary?.['xdm:sourceProperty'];
}

/** The names that lead to a field: lists, which may be written `items[*]`, are gone through by themselves. */
export const namesOfProperty = (pointer: string): string[] =>
  pointerSteps(pointer).map((step) => step.replace(/\[\*\]$/, ''));

/** The relationships of schemas of people and events. */
export const relationshipsOf = (schemas: readonly SchemaDefinition[]): Relationship[] =>
  schemas
    .filter((schema) => !isLookupSchema(schema))
    .flatMap((schema) =>
      schema.descriptors.filter(isRelationship).map((descriptor) => ({
        of: schema['meta:class'] === PROFILE_CLASS ? ('profile' as const) : ('event' as const),
        path: namesOfProperty(descriptor['xdm:sourceProperty']),
        entity: descriptor['xdm:destinationSchema'],
      })),
    );
