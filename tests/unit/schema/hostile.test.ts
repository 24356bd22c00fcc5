import { describe, expect, it } from 'vitest';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { PROFILE_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { compileIdentities } from '#core/schema/identities.ts';
import { compileSchema } from '#core/schema/validator.ts';

const NORMAL_FORMS = compileNormalForms(namespaceRegistry([{ code: 'CRMID', idType: 'CROSS_DEVICE' }]));
const NOTHING_ELSE = { rewritten: [], omitted: [], rejections: [] };

const schema = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  schemaDefinition.parse({ $id: 'https://ns.example.com/s', 'meta:class': PROFILE_CLASS, properties, ...more });

const rejections = (definition: ReturnType<typeof schema>, entity: unknown) => compileSchema(definition)(entity);
const isValid = (definition: ReturnType<typeof schema>, entity: unknown) => rejections(definition, entity).length === 0;

describe('schemas that users write', () => {
  it('keep their patterns apart', () => {
    const two = schema({ a: { type: 'string', pattern: '^a+$' }, b: { type: 'string', pattern: '^b+$' } });
    expect(isValid(two, { a: 'aa', b: 'bb' })).toBe(true);
    expect(isValid(two, { a: 'bb', b: 'aa' })).toBe(false);
  });

  it('may write patterns as JavaScript does', () => {
    const names = schema({ a: { pattern: '^(?<word>\\u00e9|\\p{Lu})\\/$' } });
    expect(isValid(names, { a: 'é/' })).toBe(true);
    expect(isValid(names, { a: 'e/' })).toBe(false);
  });

  it.each(['(?<!a)b', '(a)\\1', '(', '(?<!a)b(?!c)'])(
    'are told which pattern cannot run in linear time: %s',
    (pattern) => {
      const compile = () => compileSchema(schema({ a: { pattern } }));
      expect(compile).toThrow('https://ns.example.com/s');
      expect(compile).toThrow(JSON.stringify(pattern));
    },
  );

  it('are told what they refer to in vain', () => {
    expect(() => compileSchema(schema({ a: { $ref: 'https://ns.example.com/nowhere' } }))).toThrow('nowhere');
  });

  it('may refer to one another', () => {
    const other = schema({}, { $id: 'https://ns.example.com/other', definitions: { id: { type: 'string' } } });
    const validate = compileSchema(schema({ id: { $ref: 'https://ns.example.com/other#/definitions/id' } }), [other]);
    expect(validate({ id: 'x' })).toEqual([]);
    expect(validate({ id: 5 })).toMatchObject([{ pointer: '/id', expected: 'string', found: 'number' }]);
  });

  it('may contain themselves', () => {
    const tree = schema({ child: { $ref: '#' }, name: { type: 'string' } });
    expect(rejections(tree, { child: { child: { name: 5 } } })).toMatchObject([{ pointer: '/child/child/name' }]);
  });

  it.each([
    ['date-time', '2026-01-31T12:00:00Z', '2026-01-31T23:59:60Z'],
    ['date-time', '2026-01-31T12:00:00+01:00', '2026-01-31T12:00:00'],
    ['date', '2024-02-29', '2023-02-29'],
    ['email', 'ann@example.com', `ann@${'a'.repeat(100_000)}.com`],
    ['uri', 'https://example.com/x', 'not a uri'],
    ['ipv4', '10.0.0.1', '10.0.0.256'],
  ])('may ask for the format %s', (format, good, bad) => {
    const definition = schema({ a: { type: 'string', format } });
    expect(isValid(definition, { a: good })).toBe(true);
    expect(rejections(definition, { a: bad })).toMatchObject([{ expected: format, found: 'string' }]);
  });
});

describe('records that others write', () => {
  it.each([
    ['a text', 'text', 'string'],
    ['a list', [], 'array'],
    ['null', null, 'null'],
  ])('are objects, not %s', (_, entity, found) => {
    expect(rejections(schema({}), entity)).toMatchObject([{ pointer: '', expected: 'object', found }]);
  });

  it('are rejected for what is in them, whose type alone is told', () => {
    const definition = schema({ a: { type: 'string' }, b: { enum: ['x'] }, c: { const: 3 }, d: { minLength: 3 } });
    const found = rejections(definition, { a: ['secret'], b: 'secret', c: { secret: 1 }, d: '' });
    expect(found.map(({ pointer, found }) => [pointer, found])).toEqual([
      ['/a', 'array'],
      ['/b', 'string'],
      ['/c', 'object'],
      ['/d', 'empty string'],
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('are compared item by item no longer than they are large', () => {
    const unique = schema({ a: { type: 'array', uniqueItems: true } });
    const many = Array.from({ length: 50_000 }, (_, n) => ({ n, m: { n } }));
    expect(isValid(unique, { a: many })).toBe(true);
    expect(isValid(unique, { a: [...many, { m: { n: 7 }, n: 7 }] })).toBe(false);
    expect(isValid(unique, { a: [1, '1', 2] })).toBe(true);
  });

  it('with a million faults have five told', () => {
    const numbers = schema({ a: { type: 'array', items: { type: 'number' } } });
    expect(rejections(numbers, { a: Array.from({ length: 300_000 }, () => 'x') }).length).toBe(5);
  });
});

describe('the identities of a record', () => {
  const descriptor = (property: string, namespace: string, primary = false) => ({
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceProperty': property,
    'xdm:namespace': namespace,
    'xdm:isPrimary': primary,
  });
  const of = (descriptors: object[], entity: unknown) =>
    compileIdentities(schema({}, { descriptors }), NORMAL_FORMS)(entity);

  it('may be keyed by the published address of their namespace (aep.md §1.2)', () => {
    const identityMap = { 'https://data.adobe.io/entities/namespace/4': [{ id: '1' }] };
    expect(of([], { identityMap }).identities).toEqual([{ namespace: 'ECID', value: '1', primary: false }]);
  });

  it('are told once, as primary where anything says so', () => {
    const identityMap = { CRMID: [{ id: 'ann' }, { id: 'ann' }], ECID: [{ id: '1', primary: true }, { id: '1' }] };
    expect(of([descriptor('/id', 'CRMID', true)], { id: 'ann', identityMap }).identities).toEqual([
      { namespace: 'CRMID', value: 'ann', primary: true },
      { namespace: 'ECID', value: '1', primary: true },
    ]);
  });

  it('of a descriptor are rejected in a namespace that nobody knows, if there is one', () => {
    const descriptors = [descriptor('/a/b', 'Unknown')];
    expect(of(descriptors, { a: { b: 'x' } }).rejections).toMatchObject([
      { code: 'unknown-namespace', pointer: '/a/b' },
    ]);
    expect(of(descriptors, { a: { b: '' } })).toEqual({ identities: [], ...NOTHING_ELSE });
  });

  it.each([[null], ['text'], [{ identityMap: null }], [{ identityMap: [] }], [{ identityMap: { ECID: 'x' } }]])(
    'are none in %j',
    (entity) => expect(of([descriptor('/id', 'CRMID')], entity)).toEqual({ identities: [], ...NOTHING_ELSE }),
  );
});
