import type { SchemaDescriptor } from '#core/schema/definition.ts';
import { namesOfProperty } from '#core/schema/descriptors.ts';
import { type Lookup, lookUp } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Described } from './described.ts';
import { treeOfSchema } from './union.ts';

/** The field that a descriptor is about; says so where there is none. */
export function fieldOfDescriptor(
  descriptor: SchemaDescriptor,
  i: number,
  { loaded, schema, byId, findings }: Described,
): Extract<Lookup, { known: true }> | undefined {
  const pointer = descriptor['xdm:sourceProperty'];
  const found = lookUp(treeOfSchema(schema, byId), namesOfProperty(pointer));
  if (found.known) return found;
  const hint = didYouMean(found.missing.split('.').at(-1)!, found.names);
  const path = ['descriptors', i, 'xdm:sourceProperty'];
  findings.at(loaded, path, `"${pointer}" is not a field of this schema`, { hint });
  return undefined;
}

/** A text that a record has once. */
export function expectTextField(descriptor: SchemaDescriptor, i: number, what: string, described: Described): void {
  const { loaded, findings } = described;
  const pointer = descriptor['xdm:sourceProperty'];
  const path = ['descriptors', i, 'xdm:sourceProperty'];
  const found = fieldOfDescriptor(descriptor, i, described);
  if (!found) return;
  if (found.inList) {
    findings.at(loaded, path, `"${pointer}" lies inside a list`, { expected: 'a single field' });
  } else if (found.tree !== 'open' && [...found.tree.types].some((type) => type !== 'string')) {
    const types = [...found.tree.types].join(' or ');
    findings.at(loaded, path, `${what} "${pointer}" is of type ${types}`, { expected: 'string' });
  }
}
