import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { isLookupSchema, namesOfProperty, primaryKeyOf } from '#core/schema/descriptors.ts';
import { type FieldTree, lookUp } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { rulesOf } from '../field-settings.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import { schemasById, treeOfSchema } from './union.ts';

/** Datasets have a schema, and their mappings fill fields it has, with what it wants there. */
export function checkDatasets(catalog: LoadedCatalog, findings: Findings): void {
  const ids = idsOf(catalog.schemas);
  const byId = schemasById(catalog);
  for (const loaded of catalog.datasets) {
    const { definition } = loaded;
    if (!definition) continue;
    checkTags(loaded, definition, findings);
    const { id } = definition.schemaRef;
    if (!ids.has(id)) {
      const isPart = catalog.parts.some((part) => part.id === id);
      const hint = isPart
        ? 'it has no class: give it "meta:class", or name the schema it is part of'
        : didYouMean(id, ids);
      findings.at(loaded, ['schemaRef', 'id'], `unknown schema "${id}"`, { hint });
    }
    const schema = byId.get(id);
    if (schema && definition.mapping)
      checkMapping(loaded, definition.mapping, schema, treeOfSchema(schema, byId), findings);
  }
}

const TAG_VALUES: Record<string, readonly string[]> = {
  unifiedProfile: ['enabled:true', 'enabled:false', 'isUpsert:true', 'isUpsert:false'],
  unifiedIdentity: ['enabled:true', 'enabled:false'],
};

function checkTags(loaded: Loaded<unknown>, { tags }: DatasetDefinition, findings: Findings): void {
  for (const [tag, values] of Object.entries(tags)) {
    const known = TAG_VALUES[tag] ?? [];
    for (const [i, value] of values.entries()) {
      if (known.includes(value)) continue;
      const more = { expected: `one of ${known.join(', ')}`, hint: didYouMean(value, known) };
      findings.at(loaded, ['tags', tag, i], `"${value}" means nothing here`, more);
    }
  }
}

function checkMapping(
  loaded: Loaded<unknown>,
  rules: readonly MappingRule[],
  schema: SchemaDefinition,
  tree: FieldTree,
  findings: Findings,
): void {
  const filled = new Set<string>();
  for (const [i, rule] of rules.entries()) {
    const place = ['mapping', i, 'destination'];
    const steps = rule.destination.split('.');
    const found = lookUp(tree, steps);
    if (steps[0] === SYSTEM_OWNED) {
      findings.at(loaded, place, `"${SYSTEM_OWNED}" is written by the platform alone, so every row would be rejected`);
    } else if (!found.known) {
      const hint = didYouMean(found.missing.split('.').at(-1)!, found.names);
      findings.at(loaded, place, `"${rule.destination}" is not a field of the schema ${schema.$id}`, { hint });
    } else if (found.inList) {
      findings.at(loaded, place, `"${rule.destination}" lies inside a list, which a mapping can't fill`);
    } else if (found.tree !== 'open') {
      checkType(loaded, rule, i, found.tree, findings);
    }
    const clash = [...filled].find((other) => overlaps(other, rule.destination));
    if (clash === rule.destination) findings.at(loaded, place, `"${rule.destination}" is filled twice`);
    else if (clash !== undefined)
      findings.at(loaded, place, `"${rule.destination}" and "${clash}" can't both be filled`);
    filled.add(rule.destination);
  }
  const missing = requiredFields(schema).filter((name) => ![...filled].some((path) => overlaps(path, name)));
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(' and ');
    findings.atKey(loaded, ['mapping'], `no rule fills ${names}, so every row would be rejected`, {
      hint: 'the schema requires it',
    });
  }
}

/** The one field that customers' records must not have (aep.md §1.4). */
const SYSTEM_OWNED = 'segmentMembership';

const overlaps = (x: string, y: string): boolean => x === y || x.startsWith(`${y}.`) || y.startsWith(`${x}.`);

function requiredFields(schema: SchemaDefinition): string[] {
  const listed = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];
  const ofClass = schema['meta:class'] === EXPERIENCE_EVENT_CLASS ? ['_id', 'timestamp'] : keyOf(schema);
  return [...new Set([...ofClass, ...listed])];
}

/** Records of a lookup schema are rejected without their key. */
function keyOf(schema: SchemaDefinition): string[] {
  const key = isLookupSchema(schema) ? primaryKeyOf(schema) : undefined;
  return key === undefined ? [] : [namesOfProperty(key).join('.')];
}

const JSON_TYPES: Record<NonNullable<MappingRule['type']>, readonly string[]> = {
  string: ['string'],
  'date-time': ['string'],
  date: ['string'],
  phone: ['string'],
  number: ['number'],
  integer: ['integer', 'number'],
  boolean: ['boolean'],
};

function checkType(
  loaded: Loaded<unknown>,
  rule: MappingRule,
  index: number,
  tree: FieldTree,
  findings: Findings,
): void {
  const { constant, destination, split } = rule;
  const given = constant === undefined ? JSON_TYPES[rule.type ?? 'string'] : constantTypes(constant);
  const fits = (types: readonly string[], wanted: ReadonlySet<string>): boolean =>
    wanted.size === 0 || types.some((type) => wanted.has(type));
  const reject = (key: string, what: string, wanted: ReadonlySet<string>): void =>
    findings.at(loaded, ['mapping', index, key], `the rule gives "${destination}" ${what}`, {
      expected: `${[...wanted].join(' or ')}, as the schema says`,
      hint: split === undefined && wanted.has('array') ? 'give the rule a "split" to make a list' : undefined,
    });
  const key = constant === undefined ? 'type' : 'constant';
  if (split === undefined) {
    if (!fits(given, tree.types)) reject(key, `a ${given[0]}`, tree.types);
    else if (constant !== undefined) checkConstant(loaded, constant, index, tree, findings);
    return;
  }
  const items = tree.items();
  if (!fits(['array'], tree.types)) reject('split', 'a list', tree.types);
  else if (items && items !== 'open' && !fits(given, items.types)) reject(key, `a list of ${given[0]}s`, items.types);
}

/** A constant that is none of the values its field may have would have every row rejected. */
function checkConstant(
  loaded: Loaded<unknown>,
  constant: string | number | boolean,
  index: number,
  tree: FieldTree,
  findings: Findings,
): void {
  const { allowed, alternatives } = rulesOf(tree.nodes);
  if (allowed === undefined || alternatives.size > 0 || allowed.has(JSON.stringify(constant))) return;
  const message = `the schema does not allow ${JSON.stringify(constant)}, so every row would be rejected`;
  findings.at(loaded, ['mapping', index, 'constant'], message, { expected: `one of ${[...allowed].join(', ')}` });
}

/** Constants are taken as they are written. */
function constantTypes(constant: string | number | boolean): readonly string[] {
  if (typeof constant === 'string') return ['string'];
  if (typeof constant === 'boolean') return ['boolean'];
  return Number.isInteger(constant) ? ['integer', 'number'] : ['number'];
}
