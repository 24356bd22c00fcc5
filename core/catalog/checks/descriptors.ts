import {
  EXPERIENCE_EVENT_CLASS,
  PROFILE_CLASS,
  type SchemaDefinition,
  type SchemaDescriptor,
} from '#core/schema/definition.ts';
import {
  identityDescriptors,
  isIdentity,
  isLookupSchema,
  isRelationship,
  primaryKeyOf,
} from '#core/schema/descriptors.ts';
import { fieldTree } from '#core/schema/field-tree.ts';
import { didYouMean, editDistance } from '#core/util/did-you-mean.ts';
import type { Findings, Loaded, LoadedCatalog } from '../loaded.ts';
import type { Described } from './described.ts';
import { expectTextField, fieldOfDescriptor } from './descriptor-fields.ts';
import { expectNamespace, namespaceCodes } from './namespaces.ts';
import { checkReference, checkRelationship } from './relationships.ts';
import { schemasById } from './union.ts';

/** Checks what the descriptors of each schema say (aep.md §1.1): identities, keys and relationships fit the fields. */
export function describing(catalog: LoadedCatalog, findings: Findings): (loaded: Loaded<SchemaDefinition>) => void {
  const byId = schemasById(catalog);
  const namespaces = namespaceCodes(catalog);
  return (loaded) => {
    const schema = loaded.definition;
    if (!schema) return;
    const described: Described = { loaded, schema, byId, namespaces, findings };
    checkClass(described);
    for (const [i, descriptor] of schema.descriptors.entries()) checkDescriptor(descriptor, i, described);
    checkKeys(described);
  };
}

function checkDescriptor(descriptor: SchemaDescriptor, i: number, described: Described): void {
  const { loaded, schema, namespaces, findings } = described;
  const path = ['descriptors', i];
  const of = descriptor['xdm:sourceSchema'];
  if (of !== undefined && of !== schema.$id) {
    findings.at(loaded, [...path, 'xdm:sourceSchema'], `"${of}" is another schema`, { expected: schema.$id });
  }
  if (isRelationship(descriptor)) checkRelationship(descriptor, i, described);
  else if (descriptor['@type'] === 'xdm:descriptorReferenceIdentity') checkReference(descriptor, i, described);
  else if (isIdentity(descriptor)) {
    expectNamespace(descriptor['xdm:namespace'], namespaces, loaded, [...path, 'xdm:namespace'], findings);
    expectTextField(descriptor, i, 'the identity field', described);
  } else if (descriptor['@type'] !== 'xdm:descriptorPrimaryKey') fieldOfDescriptor(descriptor, i, described);
  else if (isLookupSchema(schema)) expectTextField(descriptor, i, 'the primary key', described);
  else {
    const message = 'only records of a class of your own have a primary key; people and events have identities';
    findings.at(loaded, [...path, '@type'], message, { expected: 'xdm:descriptorIdentity' });
  }
}

const SLIP = 3;

/** Whatever is neither of people nor of events is of a class of the company's own, unless it was meant to be one. */
function checkClass({ loaded, schema, findings }: Described): void {
  if (!isLookupSchema(schema)) return;
  const found = schema['meta:class'];
  const meant = [PROFILE_CLASS, EXPERIENCE_EVENT_CLASS].find((known) => editDistance(found, known) <= SLIP);
  if (meant) findings.at(loaded, ['meta:class'], `"meta:class" is "${found}"`, { hint: `did you mean "${meant}"?` });
  else if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(found)) {
    const expected = `${PROFILE_CLASS}, ${EXPERIENCE_EVENT_CLASS}, or the URI of a class of your own`;
    const hint = didYouMean(found, [PROFILE_CLASS, EXPERIENCE_EVENT_CLASS]);
    findings.at(loaded, ['meta:class'], `"meta:class" is "${found}"`, { expected, hint });
  }
}

/** At most one primary identity and one primary key; a lookup schema has one of them. */
function checkKeys({ loaded, schema, findings }: Described): void {
  const { descriptors } = schema;
  const isKey = (one: SchemaDescriptor): boolean => one['@type'] === 'xdm:descriptorPrimaryKey';
  const isPrimary = (one: SchemaDescriptor): boolean => isIdentity(one) && one['xdm:isPrimary'];
  for (const same of [descriptors.filter(isPrimary), descriptors.filter(isKey)]) {
    for (const extra of same.slice(1)) {
      const path = ['descriptors', descriptors.indexOf(extra)];
      if (isKey(extra)) findings.at(loaded, path, 'a second primary key', { expected: 'one a schema' });
      else findings.at(loaded, [...path, 'xdm:isPrimary'], 'a second primary identity', { expected: 'one a schema' });
    }
  }
  if (!isLookupSchema(schema)) return;
  const [primary] = identityDescriptors(schema).filter((descriptor) => descriptor['xdm:isPrimary']);
  const key = primaryKeyOf(schema);
  if (key === undefined) {
    findings.at(loaded, ['descriptors'], `records of the class ${schema['meta:class']} need a key to be found by`, {
      expected: 'a descriptor "xdm:descriptorPrimaryKey", or an "xdm:descriptorIdentity" with "xdm:isPrimary: true"',
      hint: `schemas of people and events have the class ${PROFILE_CLASS} or ${EXPERIENCE_EVENT_CLASS}`,
    });
  } else if (primary && primary['xdm:sourceProperty'] !== key) {
    const path = ['descriptors', descriptors.indexOf(primary), 'xdm:isPrimary'];
    findings.at(loaded, path, `the primary identity is another field than the primary key "${key}"`);
  }
}

/** A schema of people or events that is enabled for Profile says who somebody is. */
export function hasPrimaryIdentity(schema: SchemaDefinition, byId: ReadonlyMap<string, SchemaDefinition>): boolean {
  if (identityDescriptors(schema).some((descriptor) => descriptor['xdm:isPrimary'])) return true;
  return fieldTree([schema], byId).names.includes('identityMap');
}
