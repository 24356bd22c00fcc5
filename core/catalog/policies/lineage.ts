import { isAssignment, type LabelAssignment } from '#core/governance/definition.ts';
import { STITCHED, withIncluded } from '#core/governance/labels.ts';
import { PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { identityDescriptors, isLookupSchema, namesOfProperty } from '#core/schema/descriptors.ts';
import { type FieldRead, fieldsRead, type Unions } from '#core/segmentation/pql/check/fields.ts';
import { segmentReferences } from '#core/segmentation/pql/check/segment-references.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import type { Catalog } from '../catalog.ts';
import { unionsOf } from '../checks/union.ts';

/** Where a label of what is sent comes from. */
export interface LabelOrigin {
  readonly label: string;
  readonly from: 'dataset' | 'schema' | 'mergePolicy';
  /** Of the dataset, the schema or the merge policy. */
  readonly id: string;
  /** The labelled field; the whole of it is labelled where it is omitted. */
  readonly path?: string;
  /** Why the field counts: the rule reads it, or the destination gets it. */
  readonly usedBy?: 'rule' | 'attribute' | 'identity';
  /** Where the label was put, unless it puts itself. */
  readonly assignment?: LabelAssignment;
}

/** What a destination gets of people. */
export interface Received {
  /** Paths. */
  readonly attributes: readonly string[];
  /** Whether it gets the identities of a namespace. */
  accepts(namespace: string): boolean;
}

type Governed = Pick<Catalog, 'schemas' | 'datasets' | 'mergePolicies' | 'segments' | 'labels'>;
type Used = FieldRead & { readonly usedBy: NonNullable<LabelOrigin['usedBy']> };

/**
 * Follows data from datasets through the merge policy and segments to destinations (aep.md §6.7). Labels of a dataset, or
 * of a schema as a whole, count wherever the merge policy takes it in: here it ingests every dataset that is enabled for
 * Profile. Labels of a field count where a segment's rule reads the field, or where a destination gets it.
 */
export class Lineage {
  readonly #catalog: Governed;
  readonly #unions: Unions;
  readonly #assignments: readonly { assignment: LabelAssignment; schemas: readonly SchemaDefinition[] }[];
  readonly #profileSchemas: readonly SchemaDefinition[];
  readonly #rules = new Map<string, readonly FieldRead[]>();

  constructor(catalog: Governed) {
    this.#catalog = catalog;
    this.#unions = unionsOf(catalog);
    const enabled = catalog.datasets.filter(({ tags }) => tags.unifiedProfile.includes('enabled:true'));
    const schemasOf = (ids: ReadonlySet<string>) => catalog.schemas.filter(({ $id }) => ids.has($id));
    this.#profileSchemas = schemasOf(new Set(enabled.map(({ schemaRef }) => schemaRef.id)));
    this.#assignments = (catalog.labels ?? []).filter(isAssignment).map((assignment) => {
      const of = enabled.filter(({ id, schemaRef }) => [id, schemaRef.id].includes(targetOf(assignment)));
      return { assignment, schemas: schemasOf(new Set(of.map(({ schemaRef }) => schemaRef.id))) };
    });
  }

  /** The labels of what a destination gets by the activation of a segment, with all their origins. */
  labelsOf(segmentId: string, received: Received): readonly LabelOrigin[] {
    const used = [...this.#rule(segmentId), ...this.#mapped(received)];
    return [...this.#stitched(segmentId), ...this.#assignments.flatMap((one) => originsOf(one, used))];
  }

  /** aep.md §6.7: on every segment whose merge policy uses the private graph. */
  #stitched(segmentId: string): LabelOrigin[] {
    const own = this.#catalog.segments.find(({ id }) => id === segmentId)?.mergePolicyId;
    const policies = this.#catalog.mergePolicies;
    const policy = policies.find(({ id }) => id === own) ?? policies.find((one) => one.default);
    if (policy?.identityGraph.type === 'none') return [];
    return [{ label: STITCHED, from: 'mergePolicy', id: policy?.id ?? 'built-in' }];
  }

  /** What a segment's rule reads, and the rules of the segments it builds on. */
  #rule(segmentId: string, above: ReadonlySet<string> = new Set()): readonly Used[] {
    const asUsed = (fields: readonly FieldRead[]): Used[] => fields.map((field) => ({ ...field, usedBy: 'rule' }));
    const known = this.#rules.get(segmentId);
    if (known) return asUsed(known);
    const segment = this.#catalog.segments.find(({ id }) => id === segmentId);
    if (!segment || above.has(segmentId)) return [];
    const expression = parsePql(segment.expression.value);
    const within = new Set([...above, segmentId]);
    const below = segmentReferences(expression).flatMap(({ id }) => this.#rule(id, within));
    const fields = [...ends(fieldsRead(expression, this.#unions)), ...below];
    this.#rules.set(segmentId, fields);
    return asUsed(fields);
  }

  /** The attributes that a destination gets, and the fields that its identities come from. */
  #mapped({ attributes, accepts }: Received): readonly Used[] {
    const identities = this.#profileSchemas.flatMap((schema): Used[] => {
      const of = classOf(schema);
      if (of === 'lookups') return [];
      const described = identityDescriptors(schema)
        .filter((descriptor) => accepts(descriptor['xdm:namespace']))
        .map((descriptor) => namesOfProperty(descriptor['xdm:sourceProperty']).join('.'));
      return described.map((path) => ({ of, path, usedBy: 'identity' }));
    });
    // Identities without a field of their own; a label on the map of one namespace is a label on that namespace.
    const maps = (['profiles', 'events'] as const).flatMap((of): Used[] =>
      identityMapPaths(this.#assignments, accepts).map((path) => ({ of, path, usedBy: 'identity' })),
    );
    return [...attributes.map((path): Used => ({ of: 'profiles', path, usedBy: 'attribute' })), ...identities, ...maps];
  }
}

const IDENTITY_MAP = 'identityMap';
const targetOf = ({ dataset, schema }: LabelAssignment): string => dataset ?? schema ?? '';
const classOf = (schema: SchemaDefinition): FieldRead['of'] =>
  isLookupSchema(schema) ? 'lookups' : schema['meta:class'] === PROFILE_CLASS ? 'profiles' : 'events';

/** The labelled paths of identity maps that concern what is accepted. */
function identityMapPaths(
  assignments: readonly { assignment: LabelAssignment }[],
  accepts: (namespace: string) => boolean,
): string[] {
  const labelled = assignments.flatMap(({ assignment }) => Object.keys(assignment.fields));
  return labelled.filter((path) => {
    const [field, namespace] = path.split('.');
    return field === IDENTITY_MAP && (namespace === undefined || accepts(namespace));
  });
}

function originsOf(
  { assignment, schemas }: { assignment: LabelAssignment; schemas: readonly SchemaDefinition[] },
  used: readonly Used[],
): LabelOrigin[] {
  if (schemas.length === 0) return [];
  const base = {
    from: assignment.dataset === undefined ? ('schema' as const) : ('dataset' as const),
    id: targetOf(assignment),
    assignment,
  };
  // A record that is looked up counts where a rule reads something of it.
  const isRead = (schema: SchemaDefinition): boolean =>
    classOf(schema) !== 'lookups' || used.some(({ entity }) => entity === schema.$id);
  const concerns = ({ of, entity }: Used): boolean =>
    schemas.some((schema) => classOf(schema) === of && (of !== 'lookups' || entity === schema.$id));
  const labels = schemas.some(isRead) ? assignment.labels : [];
  const whole = labels.flatMap(withIncluded).map((label) => ({ ...base, label }));
  const fields = Object.entries(assignment.fields).flatMap(([path, labels]) => {
    const user = used.find((one) => concerns(one) && overlaps(one, path));
    if (!user) return [];
    return labels.flatMap(withIncluded).map((label) => ({ ...base, label, path, usedBy: user.usedBy }));
  });
  return [...whole, ...fields];
}

/** Without the fields that were only read on the way to others. */
const ends = (fields: readonly FieldRead[]): FieldRead[] =>
  fields.filter(
    ({ of, entity, path }) =>
      !fields.some((other) => other.of === of && other.entity === entity && other.path.startsWith(`${path}.`)),
  );

/** What is used is used with everything below, and what is labelled is labelled so. */
const overlaps = ({ path }: Used, labelled: string): boolean =>
  path === labelled || path.startsWith(`${labelled}.`) || labelled.startsWith(`${path}.`);
