import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { type FieldTree, fieldTree } from '#core/schema/field-tree.ts';
import { runs } from '../../harness/runs.ts';

type Schema = Readonly<Record<string, unknown>>;

const NAMES = ['a', 'b', 'c'];
const leaf: fc.Arbitrary<Schema> = fc.constantFrom({ type: 'string' }, { type: 'number' }, { properties: { d: {} } });
const member = fc.record(
  {
    type: fc.constantFrom('object', 'string'),
    properties: fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(leaf, fc.boolean()), { maxKeys: 3 }),
    additionalProperties: fc.oneof(leaf, fc.boolean()),
  },
  { requiredKeys: [] },
);
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

/** What a schema by itself says of a field: a schema, anything, or nothing. */
function saidOf({ type, properties = {}, additionalProperties: others }: Member, name: string): Schema | boolean {
  const own = Object.hasOwn(properties, name) && properties[name];
  if (own || typeof others === 'object') return own || (others as Schema);
  return others ?? (type !== 'string' && Object.keys(properties).length === 0);
}

describe('the fields of a schema that is put together from others', () => {
  it('are what each of these says of a field, in their order', () => {
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), fc.constantFrom(...NAMES, 'z'), (members, name) => {
        const whole = { allOf: members } as unknown as SchemaDefinition;
        // Where one says something, those that say nothing at all count no more.
        const saying = members.filter((each) => Object.keys(each).length > 0);
        const said = (saying.length > 0 ? saying : members).map((each) => saidOf(each, name));
        const schemas = said.filter((each) => typeof each === 'object');
        const found = fieldTree([whole], new Map()).child(name);
        if (schemas.length > 0) expect((found as FieldTree).nodes).toEqual([...new Set(schemas)]);
        else expect(found).toBe(said.includes(true) ? 'open' : undefined);
      }),
      runs(1, 300),
    );
  });
});
