import { Ajv } from 'ajv';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { isLookupSchema } from '#core/schema/descriptors.ts';
import { type FieldTree, fieldTree } from '#core/schema/field-tree.ts';
import { schemaCompiler } from '#core/schema/validator.ts';
import { pointerSteps } from '#core/util/pointer.ts';
import { type Findings, type Loaded, type LoadedCatalog, placeOf } from '../loaded.ts';
import { checkContradictions } from './contradictions.ts';
import { describing, hasPrimaryIdentity } from './descriptors.ts';
import { checkKeywords } from './keywords.ts';
import { checkUnionOfRelationships } from './relationships.ts';
import { checkUnboundedRecursion } from './unbounded-recursion.ts';
import { profileSchemas, schemasById } from './union.ts';

/** Schemas are JSON Schemas, their identity fields fit (aep.md §1.1), and those of Profile can be one union. */
export function checkSchemas(catalog: LoadedCatalog, findings: Findings): void {
  const byId = schemasById(catalog);
  const checkDescriptors = describing(catalog, findings);
  const before = findings.problems.length;
  for (const loaded of catalog.schemas) {
    const { definition } = loaded;
    if (!definition) continue;
    if (!checkJsonSchema(loaded, definition, findings)) continue;
    checkKeywords(loaded, definition, byId, findings);
    checkUnboundedRecursion(loaded, definition, byId, findings);
    checkContradictions(loaded, definition, byId, findings);
    checkDescriptors(loaded);
  }
  if (findings.problems.length === before) checkCompiles(catalog.schemas, findings);
  for (const loaded of profileSchemas(catalog)) {
    const { definition } = loaded;
    if (definition && !isLookupSchema(definition) && !hasPrimaryIdentity(definition, byId)) {
      findings.at(loaded, ['descriptors'], 'a schema of Profile needs a primary identity', {
        expected: 'a descriptor with "xdm:isPrimary: true", or a property "identityMap"',
      });
    }
  }
  checkUnion(profileSchemas(catalog), byId, findings);
  checkUnionOfRelationships(profileSchemas(catalog), findings);
}

const ajv = new Ajv({ strict: false, allErrors: true });
const META_SCHEMA = 'http://json-schema.org/draft-07/schema';

function checkJsonSchema(loaded: Loaded<unknown>, schema: SchemaDefinition, findings: Findings): boolean {
  if (ajv.validate(META_SCHEMA, schema)) return true;
  // Where several alternatives are rejected ("anyOf"), the last error names the place.
  const places = new Map((ajv.errors ?? []).map((error) => [error.instancePath, error]));
  for (const [pointer, error] of places) {
    const path = pointerSteps(pointer);
    const name = path.length > 0 ? `"${path.join('.')}"` : 'this';
    findings.at(loaded, path, `${name} is not valid in a JSON Schema: it ${error.message ?? 'has another shape'}`);
  }
  return false;
}

/** What the checks above did not foresee: the validator has the last word. */
function checkCompiles(schemas: LoadedCatalog['schemas'], findings: Findings): void {
  const compile = schemaCompiler(schemas.flatMap(({ definition }) => definition ?? []));
  for (const loaded of schemas) {
    const { definition } = loaded;
    if (!definition) continue;
    try {
      compile(definition);
    } catch (error) {
      findings.at(loaded, ['$id'], `the schema can't be compiled: ${error instanceof Error ? error.message : error}`);
    }
  }
}

const UNION_DEPTH = 16;
/** A schema that contains itself has no end; the fields near its top are compared. */
const MAX_FIELDS = 10_000;

/** One field has one type in all schemas of a class (aep.md §1.1). */
function checkUnion(
  schemas: readonly Loaded<SchemaDefinition>[],
  byId: ReadonlyMap<string, SchemaDefinition>,
  findings: Findings,
): void {
  const firstOf = new Map<string, { types: ReadonlySet<string>; in: string }>();
  for (const loaded of schemas) {
    const { definition } = loaded;
    if (!definition) continue;
    /** @returns whether it is of the type it has elsewhere */
    const fits = ({ types }: FieldTree, steps: readonly string[]): boolean => {
      const key = [definition['meta:class'], ...steps].join('\n');
      const first = firstOf.get(key);
      if (!first) firstOf.set(key, { types, in: placeOf(loaded, placeOfField(steps)) });
      if (!first || agree(first.types, types)) return true;
      findings.at(loaded, placeOfField(steps), `"${steps.join('.')}" is ${[...types].join(' or ')} here`, {
        expected: `${[...first.types].join(' or ')}, as in ${first.in}: a field has one type in all schemas of Profile`,
      });
      return false;
    };
    visitFields(fieldTree([definition], byId), fits);
  }
}

/** Every field near the top; those below one of them only where that is wanted. */
function visitFields(root: FieldTree, visit: (tree: FieldTree, steps: readonly string[]) => boolean): void {
  let fields = 0;
  const go = (tree: FieldTree, steps: readonly string[]): void => {
    if (!visit(tree, steps)) return;
    fields += 1;
    if (steps.length >= UNION_DEPTH || fields > MAX_FIELDS) return;
    for (const name of tree.names) {
      const child = tree.child(name);
      if (child && child !== 'open') go(child, [...steps, name]);
    }
  };
  go(root, []);
}

const placeOfField = (steps: readonly string[]): readonly string[] => [
  ...steps.flatMap((step) => ['properties', step]),
  'type',
];

const widened = (type: string): string => (type === 'integer' ? 'number' : type);

function agree(x: ReadonlySet<string>, y: ReadonlySet<string>): boolean {
  if (x.size === 0 || y.size === 0) return true;
  const known = new Set([...x].map(widened));
  return [...y].some((type) => known.has(widened(type)));
}
