import type { DestinationDefinition } from '#core/activation/definition.ts';
import { isForms } from '#core/activation/normalise/forms.ts';
import { isProfileDestination, typeOf } from '#core/activation/registry.ts';
import { isServedBy } from '#core/identity/hashing.ts';
import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import { parseDestination } from '#core/ingestion/mapping/destination.ts';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { identityDescriptors, namesOfProperty } from '#core/schema/descriptors.ts';
import { fieldTree } from '#core/schema/field-tree.ts';
import type { Catalog } from '../catalog.ts';
import { isEnabled } from '../checks/union.ts';

/** A namespace of which a destination takes identities, and what brings them. */
export interface IdentitySource {
  readonly namespace: string;
  /** Where identities of it come from, the datasets by id. */
  readonly datasets: readonly { readonly dataset: string; readonly field: string }[];
}

const IDENTITY_MAP = 'identityMap';

/**
 * Namespaces of which a destination takes identities, its own first, and the datasets of the catalog that bring them: by a
 * field that a descriptor makes an identity, or by `identityMap`. A dataset with a mapping brings what its rules fill. Of a
 * destination that takes all identities, and of Audience Manager, there are none to name.
 */
export function identitySources(destination: DestinationDefinition, catalog: Catalog): readonly IdentitySource[] {
  const schemas = new Map(catalog.schemas.map((schema) => [schema.$id, schema]));
  const used = catalog.datasets.filter(({ tags }) => isEnabled(tags.unifiedProfile));
  const known = new Set(
    catalog.schemas.flatMap((schema) => identityDescriptors(schema).map((each) => each['xdm:namespace'])),
  );
  return acceptedNamespaces(destination, known).map((namespace) => ({
    namespace,
    datasets: used.flatMap((dataset) => {
      const schema = schemas.get(dataset.schemaRef.id);
      const fields = schema ? fieldsWith(namespace, dataset, schema, schemas) : [];
      return fields.map((field) => ({ dataset: dataset.id, field }));
    }),
  }));
}

/** @param known namespaces that schemas of the catalog have identities of */
function acceptedNamespaces(destination: DestinationDefinition, known: ReadonlySet<string>): readonly string[] {
  if (!isProfileDestination(destination)) return [];
  const accepted = typeOf(destination).identities(destination);
  if (accepted === 'all' || accepted === 'one') return [];
  if (!isForms(accepted)) {
    const serving = [...known].filter((namespace) => accepted.some((each) => isServedBy(each, namespace)));
    return [...new Set([...accepted, ...serving])];
  }
  const used = accepted.forms.flatMap(({ from }) =>
    Object.entries(from).flatMap(([namespace, maker]) => (maker.isNeverUsed ? [] : [namespace])),
  );
  return [...new Set(used)];
}

/** Fields through which records of a dataset bring identities of a namespace. */
function fieldsWith(
  namespace: string,
  { mapping }: DatasetDefinition,
  schema: SchemaDefinition,
  schemas: ReadonlyMap<string, SchemaDefinition>,
): string[] {
  const filled = mapping?.map((rule) => (parseDestination(rule.destination) ?? []).filter(isName));
  const isFilled = (path: readonly string[]): boolean =>
    filled === undefined || filled.some((steps) => steps.every((step, i) => i >= path.length || step === path[i]));
  const described = identityDescriptors(schema)
    .filter((descriptor) => descriptor['xdm:namespace'] === namespace)
    .map((descriptor) => namesOfProperty(descriptor['xdm:sourceProperty']))
    .filter(isFilled)
    .map((path) => path.join('.'));
  const hasMap = fieldTree([schema], schemas).names.includes(IDENTITY_MAP) && isFilled([IDENTITY_MAP, namespace]);
  return [...described, ...(hasMap ? [`${IDENTITY_MAP}.${namespace}`] : [])];
}

const isName = (step: string | number): step is string => typeof step === 'string' && step !== '[*]';
