import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import { areInConflict, type DestinationStep, parseDestination } from '#core/ingestion/mapping/destination.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { isLookupSchema, namesOfProperty, primaryKeyOf } from '#core/schema/descriptors.ts';
import type { FieldTree } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Findings, Loaded } from '../loaded.ts';
import { checkValues } from './mapping-values.ts';

/**
 * Rules of a mapping fill fields that the schema has, each once, and all that it requires.
 * @param adds whether they add fields to a record: what the schema requires may stand there already
 */
export function checkMapping(
  loaded: Loaded<unknown>,
  rules: readonly MappingRule[],
  schema: SchemaDefinition,
  tree: FieldTree,
  findings: Findings,
  { adds = false }: { readonly adds?: boolean } = {},
): void {
  const before = findings.problems.length;
  const filled = checkRules(loaded, rules, schema, tree, findings);
  if (!adds) checkRequired(loaded, filled, schema, findings);
  if (findings.problems.length === before) checkTogether(loaded, rules, findings);
}

interface Filled {
  readonly steps: readonly DestinationStep[];
  readonly destination: string;
}

/** @returns the fields that are filled */
function checkRules(
  loaded: Loaded<unknown>,
  rules: readonly MappingRule[],
  schema: SchemaDefinition,
  tree: FieldTree,
  findings: Findings,
): readonly Filled[] {
  const filled: Filled[] = [];
  for (const [i, rule] of rules.entries()) {
    const { destination } = rule;
    const place = ['mapping', i, 'destination'];
    const steps = parseDestination(destination);
    if (!steps) {
      findings.at(loaded, place, `"${destination}" is no path of a field`, { expected: PATHS });
      continue;
    }
    const field = fieldAt(tree, steps);
    if (steps[0] === SYSTEM_OWNED) {
      findings.at(loaded, place, `"${SYSTEM_OWNED}" is written by the platform alone, so every row would be rejected`);
    } else if ('problem' in field) {
      findings.at(loaded, place, problemOf(field, rule, schema), { hint: field.hint });
    } else {
      checkValues(loaded, rule, i, field.tree, findings);
    }
    const clash = filled.find((other) => areInConflict(other.steps, steps));
    if (clash?.destination === destination) findings.at(loaded, place, `"${destination}" is filled twice`);
    else if (clash) findings.at(loaded, place, `"${destination}" and "${clash.destination}" can't both be filled`);
    filled.push({ steps, destination });
  }
  return filled;
}

const PATHS = 'a path such as person.name, phones[0].number, or items[*].sku';

/** The one field that customers' records must not have (aep.md §1.4). */
const SYSTEM_OWNED = 'segmentMembership';

type Found =
  | { readonly tree: FieldTree | 'open' }
  | { readonly problem: 'unknown' | 'in-list' | 'no-list'; readonly hint: string | undefined };

/** What the schema says of a field. */
function fieldAt(tree: FieldTree, steps: readonly DestinationStep[]): Found {
  let here: FieldTree | 'open' = tree;
  for (const [i, step] of steps.entries()) {
    if (here === 'open') break;
    const isOfList = typeof step === 'number' || step === '[*]';
    const next: FieldTree | 'open' | undefined = isOfList ? here.items() : here.child(step);
    const isList = here.types.has('array') && !here.types.has('object');
    if (isOfList && !next) return { problem: 'no-list', hint: undefined };
    if (!isOfList && isList) {
      const list = steps.slice(0, i).join('.');
      const rest = steps.slice(i).join('.');
      return { problem: 'in-list', hint: `write ${list}[0].${rest}, or ${list}[*].${rest} for each item that is read` };
    }
    if (next === undefined) return { problem: 'unknown', hint: didYouMean(String(step), here.names) };
    here = next;
  }
  return { tree: here };
}

function problemOf(
  { problem }: Extract<Found, { problem: string }>,
  { destination }: MappingRule,
  schema: SchemaDefinition,
): string {
  if (problem === 'in-list') return `"${destination}" lies inside a list`;
  if (problem === 'no-list') return `"${destination}" has the item of a list where the schema ${schema.$id} has none`;
  return `"${destination}" is not a field of the schema ${schema.$id}`;
}

function checkRequired(
  loaded: Loaded<unknown>,
  filled: readonly { readonly steps: readonly DestinationStep[] }[],
  schema: SchemaDefinition,
  findings: Findings,
): void {
  const missing = requiredFields(schema).filter((names) => !filled.some(({ steps }) => areInConflict(steps, names)));
  if (missing.length === 0) return;
  const names = missing.map((path) => `"${path.join('.')}"`).join(' and ');
  findings.atKey(loaded, ['mapping'], `no rule fills ${names}, so every row would be rejected`, {
    hint: 'the schema requires it',
  });
}

/** Paths of fields without which a record is rejected. */
function requiredFields(schema: SchemaDefinition): readonly (readonly string[])[] {
  const listed = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];
  const ofClass = schema['meta:class'] === EXPERIENCE_EVENT_CLASS ? [['_id'], ['timestamp']] : keyOf(schema);
  return [...ofClass, ...listed.filter((name) => !ofClass.some(([first]) => first === name)).map((name) => [name])];
}

/** Records of a lookup schema are rejected without their key. */
function keyOf(schema: SchemaDefinition): readonly (readonly string[])[] {
  const key = isLookupSchema(schema) ? primaryKeyOf(schema) : undefined;
  return key === undefined ? [] : [namesOfProperty(key)];
}

/** What shows only when the rules are put together: rules for the items of a list that read several. */
function checkTogether(loaded: Loaded<unknown>, rules: readonly MappingRule[], findings: Findings): void {
  try {
    compileMapping(rules);
  } catch (error) {
    findings.atKey(loaded, ['mapping'], (error as Error).message);
  }
}
