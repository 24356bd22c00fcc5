import stringify from 'safe-stable-stringify';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { type FieldTree, fieldTree } from '#core/schema/field-tree.ts';
import { pointerStep } from '#core/util/pointer.ts';
import type { Catalog } from './catalog.ts';

/** What a new version of a catalog changes of one schema; what of it is breaking is in `breakingChanges`. */
export interface SchemaChange {
  /** The `$id`. */
  readonly schema: string;
  readonly change: 'new' | 'removed' | 'changed';
  /** JSON pointers to fields that there were not before, at most {@link MAX_ADDED}; of what is inside a new object, the object. */
  readonly added: readonly string[];
  /** How many more there are. */
  readonly omitted: number;
}

type Schemas = Pick<Catalog, 'schemas'>;

/** New fields that are named of one schema. */
const MAX_ADDED = 50;
const DEEPEST = 12;
/** A schema that contains itself has no end. */
const MAX_FIELDS = 10_000;

/** The schemas that are not what they were, by `$id`. */
export function schemaChanges(before: Schemas, after: Schemas): readonly SchemaChange[] {
  const [old, next] = [byId(before), byId(after)];
  return [...new Set([...old.keys(), ...next.keys()])].sort().flatMap((schema): SchemaChange[] => {
    const [was, is] = [old.get(schema), next.get(schema)];
    if (!was) return [{ schema, change: 'new', added: [], omitted: 0 }];
    if (!is) return [{ schema, change: 'removed', added: [], omitted: 0 }];
    const added = addedFields(fieldTree([was], old), fieldTree([is], next));
    // What it refers to may have got fields although the schema itself says what it said.
    if (added.length === 0 && stringify(was) === stringify(is)) return [];
    const omitted = Math.max(0, added.length - MAX_ADDED);
    return [{ schema, change: 'changed', added: added.slice(0, MAX_ADDED), omitted }];
  });
}

const byId = ({ schemas }: Schemas): ReadonlyMap<string, SchemaDefinition> =>
  new Map(schemas.map((schema) => [schema.$id, schema]));

function addedFields(old: FieldTree, next: FieldTree): string[] {
  const added: string[] = [];
  let fields = 0;
  const compare = (was: FieldTree, is: FieldTree, pointer: string, depth: number): void => {
    const known = new Set(was.names);
    for (const name of is.names) {
      fields += 1;
      if (depth >= DEEPEST || fields > MAX_FIELDS) return;
      const place = `${pointer}${pointerStep(name)}`;
      if (!known.has(name)) added.push(place);
      else compareInside(was.child(name), is.child(name), place, depth);
    }
  };
  const compareInside = (
    was: FieldTree | 'open' | undefined,
    is: FieldTree | 'open' | undefined,
    place: string,
    depth: number,
  ): void => {
    if (!was || !is || was === 'open' || is === 'open') return;
    compare(was, is, place, depth + 1);
    const [items, nextItems] = [was.items(), is.items()];
    if (items && nextItems && items !== 'open' && nextItems !== 'open')
      compare(items, nextItems, `${place}/*`, depth + 1);
  };
  compare(old, next, '', 0);
  return added;
}
