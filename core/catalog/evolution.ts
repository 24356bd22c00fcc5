import stringify from 'safe-stable-stringify';
import type { IdentityDescriptor, SchemaDefinition } from '#core/schema/definition.ts';
import { identityDescriptors, isLookupSchema, primaryKeyOf } from '#core/schema/descriptors.ts';
import { type FieldTree, fieldTree } from '#core/schema/field-tree.ts';
import { pointerStep } from '#core/util/pointer.ts';
import type { Catalog } from './catalog.ts';
import { type FieldSettings, narrowings, rulesOf } from './field-settings.ts';
import { type FormSettings, namespacesInAnotherForm } from './form-changes.ts';

/** A change that what was already ingested, or who sends it, does not survive. */
export interface BreakingChange {
  /** The `$id` of the schema; of a namespace `namespaces/` and its code. */
  readonly schema: string;
  /** JSON pointer to the field, in records; empty for the schema as a whole. */
  readonly pointer: string;
  readonly message: string;
  readonly advice: string;
}

type Schemas = Pick<Catalog, 'schemas' | 'datasets'>;
type Versions = Schemas & FormSettings;

/**
 * Compares two versions of a catalog's schemas: evolution is additive (aep.md §1.1). Fields may be added, as long as they
 * need not be there, and rules may be widened; nothing is removed, renamed, retyped, moved or narrowed, identities
 * stay, and so does the tag `union`. A schema may go with the last dataset that has it. Values of a namespace go on being
 * compared in the same form: what is stored has it.
 * @returns all breaking changes, by schema and field; none when the new version may follow the old one
 */
export function breakingChanges(before: Versions, after: Versions): readonly BreakingChange[] {
  const now = new Map(after.schemas.map((schema) => [schema.$id, schema]));
  const used = new Set(before.datasets.map(({ schemaRef }) => schemaRef.id));
  const changes = before.schemas.flatMap((schema) => {
    const next = now.get(schema.$id);
    const isKept = used.has(schema.$id) || (schema['meta:immutableTags']?.includes('union') ?? false);
    return next && isKept ? compareSchemas({ schema, all: before }, { schema: next, all: after }) : [];
  });
  return [...changes, ...movedDatasets(before, after), ...changesOfForms(before, after)];
}

const NAMESPACES = 'namespaces/';

/** What is stored is stored in the old form: it would not be found, nor joined with what comes. */
const changesOfForms = (before: FormSettings, after: FormSettings): BreakingChange[] =>
  namespacesInAnotherForm(before, after).map((code) => ({
    schema: `${NAMESPACES}${code}`,
    pointer: '',
    message: 'its values are compared in another form',
    advice:
      'keep "normalize" and "country", or define a namespace of another code with the new form (docs/identity.md, "Normal forms")',
  }));

interface Version {
  readonly schema: SchemaDefinition;
  readonly all: Schemas;
}

/** A dataset that goes over to another schema has records of the one it had. */
function movedDatasets(before: Schemas, after: Schemas): BreakingChange[] {
  return before.datasets.flatMap(({ id, schemaRef }) => {
    const next = after.datasets.find((dataset) => dataset.id === id)?.schemaRef.id;
    if (next === undefined || next === schemaRef.id) return [];
    const [from, to] = [schemaOf(before, schemaRef.id), schemaOf(after, next)];
    if (!from || !to) return [];
    return compareSchemas({ schema: from, all: before }, { schema: to, all: after }).map((change) => ({
      ...change,
      message: `the dataset "${id}" moves to ${next}: ${change.message}`,
    }));
  });
}

const schemaOf = ({ schemas }: Schemas, id: string): SchemaDefinition | undefined =>
  schemas.find(({ $id }) => $id === id);

function compareSchemas(before: Version, after: Version): BreakingChange[] {
  const [old, next] = [before.schema, after.schema];
  const about = (pointer: string, message: string, advice: string): BreakingChange => ({
    schema: old.$id,
    pointer,
    message,
    advice,
  });
  const changes: BreakingChange[] = [];
  if (old['meta:class'] !== next['meta:class']) {
    changes.push(about('', 'another class', 'keep the class; make a new schema for the other one'));
  }
  const isUnion = (schema: SchemaDefinition): boolean => schema['meta:immutableTags']?.includes('union') ?? false;
  if (isUnion(old) && !isUnion(next)) {
    changes.push(about('', 'no longer enabled for Profile', 'keep "union" in "meta:immutableTags"; disable datasets'));
  }
  const [primary, nextPrimary] = [primaryOf(old), primaryOf(next)];
  if (primary && stringify(primary) !== stringify(nextPrimary)) {
    const advice = `keep ${primary.pointer} (${primary.namespace}) as the primary identity`;
    changes.push(about(primary.pointer, 'another primary identity', advice));
  }
  for (const { pointer, namespace } of lostIdentities(old, next)) {
    const advice = 'keep its descriptor: the links that it has made stay; others may be added';
    changes.push(about(pointer, `no longer an identity of ${namespace}`, advice));
  }
  const fields: Comparison = { about, changes, compared: new Compared() };
  compareFields(treeOf(before), treeOf(after), '', 0, fields);
  return changes;
}

/** Of a lookup schema its key, in whatever namespace. */
function primaryOf(schema: SchemaDefinition): { pointer: string; namespace: string } | undefined {
  if (isLookupSchema(schema)) {
    const pointer = primaryKeyOf(schema);
    return pointer === undefined ? undefined : { pointer, namespace: 'its key' };
  }
  const primary = identityDescriptors(schema).find((descriptor) => descriptor['xdm:isPrimary']);
  return primary && placeOf(primary);
}

/** Identities beside the primary one that another version does not have at the same place. */
function lostIdentities(old: SchemaDefinition, next: SchemaDefinition): { pointer: string; namespace: string }[] {
  if (isLookupSchema(old)) return [];
  const kept = new Set(identityDescriptors(next).map((each) => stringify(placeOf(each))));
  return identityDescriptors(old)
    .filter((descriptor) => !descriptor['xdm:isPrimary'] && !kept.has(stringify(placeOf(descriptor))))
    .map(placeOf);
}

const placeOf = (descriptor: IdentityDescriptor): { pointer: string; namespace: string } => ({
  pointer: descriptor['xdm:sourceProperty'],
  namespace: descriptor['xdm:namespace'],
});

const treeOf = ({ schema, all }: Version): FieldTree =>
  fieldTree([schema], new Map(all.schemas.map((each) => [each.$id, each])));

/** Of names that a field may have been given, so many are told. */
const MAX_NAMES = 5;

/** Places of two versions that were found to be the same, or are being compared. */
class Compared {
  readonly same = new Set<string>();
  readonly #numbers = new Map<object, number>();

  /** The same for two places of which the same nodes say everything. */
  nameOf({ nodes }: FieldTree): string {
    return nodes
      .map((node) => {
        const number = this.#numbers.get(node) ?? this.#numbers.size;
        this.#numbers.set(node, number);
        return number;
      })
      .join(',');
  }
}

interface Comparison {
  readonly compared: Compared;
  readonly about: (pointer: string, message: string, advice: string) => BreakingChange;
  readonly changes: BreakingChange[];
}

/** A schema that contains itself has no end; what lies deeper is the same as above. */
const DEEPEST = 12;
const MAX_CHANGES = 1_000;
/** No field is called so. */
const ANY_KEY = '\u0000';

function compareFields(old: FieldTree, next: FieldTree, pointer: string, depth: number, to: Comparison): void {
  const { changes, compared } = to;
  if (changes.length >= MAX_CHANGES) return;
  // A schema that contains itself in several ways comes to the same places again and again.
  const both = `${compared.nameOf(old)} ${compared.nameOf(next)}`;
  if (compared.same.has(both)) return;
  compared.same.add(both);
  const before = changes.length;
  compareSound(old, next, pointer, depth, to);
  if (changes.length > before) compared.same.delete(both);
}

function compareSound(old: FieldTree, next: FieldTree, pointer: string, depth: number, to: Comparison): void {
  const { about, changes } = to;
  const [rules, nextRules] = [rulesOf(old.nodes), rulesOf(next.nodes)];
  const types = typesOf(old);
  if (types !== typesOf(next)) {
    const change = `retyped from ${types || 'any type'} to ${typesOf(next) || 'any type'}`;
    changes.push(about(pointer, change, 'keep the type; add a field of another name for the new one'));
    return;
  }
  for (const { what, advice } of narrowings(rules, nextRules)) changes.push(about(pointer, what, advice));
  for (const name of newlyRequired(rules, nextRules)) {
    const advice = 'records so far need not have it: leave it out of "required"';
    changes.push(about(pointer + pointerStep(name), 'newly required', advice));
  }
  if (depth >= DEEPEST) return;
  compareNamed(old, next, pointer, depth, to);
  compareAny(old.items(), next.items(), pointer, depth, to);
  // What is not named was allowed as well, unless that was forbidden in so many words.
  const unnamed = old.child(ANY_KEY) ?? (rules.closed ? undefined : 'open');
  compareAny(unnamed, next.child(ANY_KEY), `${pointer}/*`, depth, to);
}

/** The fields that have a name, where each was. */
function compareNamed(old: FieldTree, next: FieldTree, pointer: string, depth: number, to: Comparison): void {
  const [oldNames, nextNames] = [new Set(old.names), new Set(next.names)];
  const added = next.names.filter((name) => !oldNames.has(name)).slice(0, MAX_NAMES);
  const meant = added.length > 0 ? `; if it is now called ${added.join(' or ')}, have both` : '';
  for (const name of old.names) {
    const nextChild = nextNames.has(name) ? next.child(name) : undefined;
    const place = pointer + pointerStep(name);
    if (nextChild !== undefined) compareAny(old.child(name), nextChild, place, depth, to);
    else to.changes.push(to.about(place, 'removed, renamed or moved', `keep the field where it is${meant}`));
  }
}

function compareAny(
  old: FieldTree | 'open' | undefined,
  next: FieldTree | 'open' | undefined,
  pointer: string,
  depth: number,
  to: Comparison,
): void {
  if (old === undefined || (old === 'open' && (next === undefined || next === 'open'))) return;
  if (next !== undefined && next !== 'open')
    compareFields(old === 'open' ? ANYTHING : old, next, pointer, depth + 1, to);
  else to.changes.push(to.about(pointer, 'the schema of this field is gone', 'keep its schema'));
}

/** What schemas say nothing about. */
const ANYTHING: FieldTree = { types: new Set(), names: [], nodes: [], child: () => 'open', items: () => 'open' };

const typesOf = (tree: FieldTree): string => [...tree.types].sort().join(' or ');
const newlyRequired = (old: FieldSettings, next: FieldSettings): string[] =>
  [...next.required].filter((name) => !old.required.has(name));

/** `2 breaking changes of schemas` */
export const countBreaking = (changes: readonly BreakingChange[]): string =>
  `${changes.length} breaking change${changes.length === 1 ? '' : 's'}${changes.some(({ schema }) => schema.startsWith(NAMESPACES)) ? '' : ' of schemas'}`;

/** A line for each change: `schema#/pointer  message`, and what to do. */
export const renderBreakingChange = ({ schema, pointer, message, advice }: BreakingChange): string =>
  `${schema}#${pointer}  ${message}\n    ${advice}`;
