import type { Catalog } from '#core/catalog/catalog.ts';
import { isAssignment } from '#core/governance/definition.ts';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { identityDescriptors, namesOfProperty } from '#core/schema/descriptors.ts';
import { isObject } from '#core/util/is-object.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { resolved } from '../schema-registry/resolve.ts';
import { registryOf } from '../schema-registry/resources.ts';

/** A field of a schema, as people look for it. */
export interface SchemaField {
  /** Dotted; items of lists are gone through by themselves. */
  readonly path: string;
  readonly name: string;
  /** How deep it lies: 0 at the top. */
  readonly level: number;
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  /** Its own, and those of everything that it lies in. */
  readonly labels: readonly string[];
  readonly identity?: { readonly namespace: string; readonly isPrimary: boolean };
}

/** `GET /schemas`: the company's own. */
export async function listSchemas({ deps }: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  return { status: 200, body: { schemas: catalog.schemas.map((schema) => summaryOf(schema, catalog)) } };
}

/** `GET /schemas/{id}`: with its fields, each beside its labels and what it identifies. */
export async function showSchema({ deps, params }: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  const schema = catalog.schemas.find(({ $id }) => $id === params.id);
  if (!schema) return problem('data', 404, 'There is no schema of this id');
  return { status: 200, body: { ...summaryOf(schema, catalog), fields: fieldsOf(schema, catalog) } };
}

const summaryOf = (schema: SchemaDefinition, { datasets }: Catalog) => ({
  id: schema.$id,
  title: typeof schema.title === 'string' ? schema.title : schema.$id,
  class: schema['meta:class'],
  datasets: datasets.filter(({ schemaRef }) => schemaRef.id === schema.$id).map(({ id }) => id),
});

/** Fields of one answer: beyond these a schema is no list that people read. */
const MAX_FIELDS = 5_000;

/** All fields of a schema, each before those that it has below it. */
export function fieldsOf(schema: SchemaDefinition, catalog: Catalog): readonly SchemaField[] {
  const registry = registryOf(catalog);
  const labelsOf = labelsIn(schema, catalog);
  const identities = new Map(
    identityDescriptors(schema).map((one) => [
      namesOfProperty(one['xdm:sourceProperty']).join('.'),
      { namespace: one['xdm:namespace'], isPrimary: one['xdm:isPrimary'] === true },
    ]),
  );
  const fields: SchemaField[] = [];
  const walk = (node: Node, path: readonly string[], labels: readonly string[]): void => {
    const required = new Set(Array.isArray(node.required) ? node.required : []);
    for (const [name, child] of propertiesOf(node)) {
      if (fields.length === MAX_FIELDS) return;
      const at = [...path, name];
      const item = isObject(child.items) ? child.items : child;
      const identity = identities.get(at.join('.'));
      const own = [...new Set([...labels, ...labelsOf(at.join('.'))])];
      fields.push({
        path: at.join('.'),
        name,
        level: path.length,
        type: typeOf(item),
        isList: isObject(child.items),
        isRequired: required.has(name),
        ...textsOf(child),
        ...valuesOf(item),
        labels: own,
        ...(identity && { identity }),
      });
      walk(item, at, own);
    }
  };
  walk(resolved(schema as unknown as Node, registry), [], labelsOf(''));
  return fields;
}

type Node = Readonly<Record<string, unknown>>;

const propertiesOf = ({ properties }: Node): (readonly [string, Node])[] =>
  Object.entries(isObject(properties) ? properties : {}).flatMap(([name, child]) =>
    isObject(child) ? [[name, child] as const] : [],
  );

const valuesOf = ({ enum: values }: Node) => (Array.isArray(values) ? { enum: values.map(String) } : {});

function typeOf({ type, properties, enum: values }: Node): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.filter((one) => one !== 'null').join(' or ');
  if (isObject(properties)) return 'object';
  return Array.isArray(values) ? 'string' : 'any';
}

const textsOf = ({ title, description, format }: Node) => ({
  ...(typeof title === 'string' && { title }),
  ...(typeof description === 'string' && { description }),
  ...(typeof format === 'string' && { format }),
});

/** What the catalog labels in a schema, and in the datasets of it, by the dotted path. */
function labelsIn({ $id }: SchemaDefinition, { labels = [], datasets }: Catalog): (path: string) => readonly string[] {
  const own = new Set(datasets.filter(({ schemaRef }) => schemaRef.id === $id).map(({ id }) => id));
  const meant = labels
    .filter((one) => isAssignment(one))
    .filter(({ schema, dataset }) => schema === $id || (dataset !== undefined && own.has(dataset)));
  return (path) =>
    meant.flatMap((one) => (path === '' ? one.labels : Object.hasOwn(one.fields, path) ? one.fields[path]! : []));
}
