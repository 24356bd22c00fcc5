import type { RelationshipDescriptor, SchemaDefinition, SchemaDescriptor } from '#core/schema/definition.ts';
import {
  identityDescriptors,
  isLookupSchema,
  isRelationship,
  namesOfProperty,
  primaryKeyOf,
} from '#core/schema/descriptors.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, type Loaded, placeOf } from '../loaded.ts';
import type { Described } from './described.ts';
import { fieldOfDescriptor } from './descriptor-fields.ts';
import { expectNamespace } from './namespaces.ts';

type ReferenceDescriptor = Extract<SchemaDescriptor, { '@type': 'xdm:descriptorReferenceIdentity' }>;

const sameField = (x: string, y: string): boolean => namesOfProperty(x).join('\0') === namesOfProperty(y).join('\0');

/** A relationship goes from a text, or from texts in a list, to the key of a lookup schema. */
export function checkRelationship(descriptor: RelationshipDescriptor, i: number, described: Described): void {
  const { loaded, schema, byId, findings } = described;
  const path = ['descriptors', i];
  if (isLookupSchema(schema)) {
    const message = 'relationships are followed from people and events only';
    findings.at(loaded, [...path, '@type'], message, { hint: 'put the fields into this schema' });
    return;
  }
  const pointer = descriptor['xdm:sourceProperty'];
  const found = fieldOfDescriptor(descriptor, i, described);
  if (found && found.tree !== 'open') {
    const items = found.tree.types.has('array') ? found.tree.items() : found.tree;
    const types = items === undefined || items === 'open' ? [] : [...items.types];
    if (types.some((type) => type !== 'string')) {
      const expected = 'string, or a list of strings: the key of a record';
      const message = `the field of the relationship "${pointer}" is of type ${types.join(' or ')}`;
      findings.at(loaded, [...path, 'xdm:sourceProperty'], message, { expected });
    }
  }
  const first = schema.descriptors.findIndex(
    (one) => isRelationship(one) && sameField(one['xdm:sourceProperty'], pointer),
  );
  if (first < i) findings.at(loaded, [...path, 'xdm:sourceProperty'], `"${pointer}" has a relationship already`);
  checkDestination(descriptor, i, byId, loaded, findings);
}

function checkDestination(
  descriptor: RelationshipDescriptor,
  i: number,
  byId: ReadonlyMap<string, SchemaDefinition>,
  loaded: Loaded<unknown>,
  findings: Findings,
): void {
  const id = descriptor['xdm:destinationSchema'];
  const destination = byId.get(id);
  const place = ['descriptors', i, 'xdm:destinationSchema'];
  const lookups = [...byId.values()].filter(isLookupSchema).map(({ $id }) => $id);
  if (!destination) {
    const others = lookups.length > 0 ? `the lookup schemas are ${lookups.join(', ')}` : 'add it below schemas/';
    findings.at(loaded, place, `unknown schema "${id}"`, { hint: didYouMean(id, byId.keys()) ?? others });
    return;
  }
  if (!isLookupSchema(destination)) {
    findings.at(loaded, place, `"${id}" is a schema of ${destination['meta:class']}`, {
      expected: 'a lookup schema, of a class of its own',
    });
    return;
  }
  const key = primaryKeyOf(destination);
  const property = descriptor['xdm:destinationProperty'];
  if (property !== undefined && key !== undefined && !sameField(property, key)) {
    const message = `records of ${id} are not found by "${property}"`;
    findings.at(loaded, ['descriptors', i, 'xdm:destinationProperty'], message, { expected: `${key}, their key` });
  }
  expectKeyNamespace(descriptor['xdm:destinationNamespace'], destination, (message, expected) =>
    findings.at(loaded, ['descriptors', i, 'xdm:destinationNamespace'], message, { expected }),
  );
}

/** The namespace that is told is the one of the key, where that is an identity. */
function expectKeyNamespace(
  namespace: string | undefined,
  destination: SchemaDefinition,
  complain: (message: string, expected: string) => void,
): void {
  const primary = identityDescriptors(destination).find((one) => one['xdm:isPrimary']);
  const own = primary?.['xdm:namespace'];
  if (namespace === undefined || own === undefined || namespace === own) return;
  complain(`the keys of ${destination.$id} are of the namespace "${own}"`, own);
}

/** A reference identity goes with a relationship of the same field, and names the namespace of its keys. */
export function checkReference(descriptor: ReferenceDescriptor, i: number, described: Described): void {
  const { loaded, schema, byId, namespaces, findings } = described;
  const path = ['descriptors', i];
  const place = [...path, 'xdm:identityNamespace'];
  expectNamespace(descriptor['xdm:identityNamespace'], namespaces, loaded, place, findings);
  if (!fieldOfDescriptor(descriptor, i, described)) return;
  const pointer = descriptor['xdm:sourceProperty'];
  const relationship = schema.descriptors
    .filter(isRelationship)
    .find((one) => sameField(one['xdm:sourceProperty'], pointer));
  if (!relationship) {
    findings.at(loaded, [...path, 'xdm:sourceProperty'], `"${pointer}" has no relationship`, {
      expected: 'an "xdm:descriptorOneToOne" of the same field',
    });
    return;
  }
  const destination = byId.get(relationship['xdm:destinationSchema']);
  if (!destination) return;
  expectKeyNamespace(descriptor['xdm:identityNamespace'], destination, (message, expected) =>
    findings.at(loaded, place, message, { expected }),
  );
}

/** In the union schema a field leads to records of one schema. */
export function checkUnionOfRelationships(schemas: readonly Loaded<SchemaDefinition>[], findings: Findings): void {
  const firstOf = new Map<string, { to: string; at: string }>();
  for (const loaded of schemas) {
    for (const [i, descriptor] of loaded.definition?.descriptors.entries() ?? []) {
      if (!isRelationship(descriptor)) continue;
      const names = namesOfProperty(descriptor['xdm:sourceProperty']);
      const field = [loaded.definition!['meta:class'], ...names].join('\0');
      const place = ['descriptors', i, 'xdm:destinationSchema'];
      const to = descriptor['xdm:destinationSchema'];
      const first = firstOf.get(field);
      if (!first) firstOf.set(field, { to, at: placeOf(loaded, place) });
      else if (first.to !== to) {
        findings.at(loaded, place, `"${names.join('.')}" leads to another schema here`, {
          expected: `${first.to}, as in ${first.at}: a field has one relationship in all schemas of Profile`,
        });
      }
    }
  }
}
