import { describe, expect, it } from 'vitest';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { compileIdentities } from '#core/schema/identities.ts';
import { compileSchema } from '#core/schema/validator.ts';

const NORMAL_FORMS = compileNormalForms(namespaceRegistry([{ code: 'CRMID', idType: 'CROSS_DEVICE' }]));
const NOTHING_ELSE = { rewritten: [], omitted: [], rejections: [] };

const schema = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  schemaDefinition.parse({ $id: 'https://ns.example.com/s', 'meta:class': PROFILE_CLASS, properties, ...more });

const event = (more: Record<string, unknown> = {}) => schema({}, { 'meta:class': EXPERIENCE_EVENT_CLASS, ...more });

const problems = (definition: ReturnType<typeof schema>, entity: unknown) =>
  compileSchema(definition, [])(entity).map(({ code, pointer, expected }) => `${code} ${pointer} ${expected}`);

describe('a schema', () => {
  it('accepts what fits', () => expect(problems(schema({ age: { type: 'integer' } }), { age: 3 })).toEqual([]));

  it.each([
    ['type', { age: { type: 'integer' } }, { age: 'x' }, 'schema-violation /age integer'],
    ['enum', { tier: { enum: ['gold', 'silver'] } }, { tier: 'lead' }, 'schema-violation /tier one of gold, silver'],
    ['format', { at: { type: 'string', format: 'date-time' } }, { at: 'soon' }, 'schema-violation /at date-time'],
    [
      'pattern',
      { id: { type: 'string', pattern: '^C\\d+$' } },
      { id: 'X' },
      'schema-violation /id text that matches ^C\\d+$',
    ],
    ['minimum', { n: { type: 'number', minimum: 0 } }, { n: -1 }, 'schema-violation /n minimum 0'],
    ['null as a placeholder', { name: { type: 'string' } }, { name: null }, 'schema-violation /name string'],
  ])('names the place and what was expected: %s', (_, properties, entity, expected) => {
    expect(problems(schema(properties), entity)).toEqual([expected]);
  });

  it('names what is missing and what is too much', () => {
    const closed = schema({ id: { type: 'string' } }, { required: ['id'], additionalProperties: false });
    expect(problems(closed, { 'odd/key': 1 })).toEqual([
      'schema-violation /id a value',
      'schema-violation /odd~1key no such field',
    ]);
  });

  it('names a key whole, however long, but no further down than a report can tell', () => {
    const closed = schema({ a: { type: 'object', additionalProperties: false } });
    const [long, longer] = ['k'.repeat(1_000), 'k'.repeat(100_000)];
    expect(problems(closed, { a: { [long]: 1 } })).toEqual([`schema-violation /a/${long} no such field`]);
    expect(problems(closed, { a: { [longer]: 1 } })).toEqual(['schema-violation /a no such field']);
  });

  it('reports five violations at the most', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, { type: 'string' }]));
    expect(problems(schema(many), Object.fromEntries(Object.keys(many).map((name) => [name, 1]))).length).toBe(5);
  });

  it('never tells the value that was found', () => {
    const rejections = compileSchema(
      schema({ email: { type: 'string', format: 'email' } }),
      [],
    )({ email: 'secret of ann' });
    expect(rejections.length).toBe(1);
    expect(JSON.stringify(rejections)).not.toContain('secret');
  });

  it('wants an id and an instant of every event, whatever it says itself', () => {
    expect(problems(event(), {})).toEqual([
      'schema-violation /_id a unique, non-empty string',
      'schema-violation /timestamp an instant such as 2026-01-31T12:00:00Z',
    ]);
    expect(problems(event(), { _id: 'e1', timestamp: '2026-01-31T12:00:00Z' })).toEqual([]);
    for (const timestamp of ['2026-02-28T23:59:59.999Z', '2024-02-29T00:00:00+05:30', '2026-01-31t12:00:00z']) {
      expect(problems(event(), { _id: 'e1', timestamp }), timestamp).toEqual([]);
    }
    for (const timestamp of [
      '2026-13-31T12:00:00Z',
      '2026-02-29T12:00:00Z',
      '2026-04-31T12:00:00Z',
      '2026-01-01T24:00:00Z',
    ]) {
      expect(problems(event(), { _id: 'e1', timestamp }).length, timestamp).toBe(1);
    }
  });

  it('rejects segmentMembership, which is the system\u2019s own', () => {
    expect(problems(schema({}), { segmentMembership: {} })).toEqual([
      'system-owned-field /segmentMembership no such field',
    ]);
  });

  it('runs patterns in linear time', () => {
    const entity = { id: `${'a'.repeat(50_000)}!` };
    expect(problems(schema({ id: { type: 'string', pattern: '^(a+)+$' } }), entity).length).toBe(1);
  });
});

describe('the identities of a record', () => {
  const descriptor = (property: string, namespace: string, primary = false) => ({
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceProperty': property,
    'xdm:namespace': namespace,
    'xdm:isPrimary': primary,
  });
  const identities = compileIdentities(
    schema({}, { descriptors: [descriptor('/id', 'CRMID', true), descriptor('/contact/mail~1box', 'Email')] }),
    NORMAL_FORMS,
  );

  it('come from the fields that descriptors name', () => {
    expect(identities({ id: 'ann', contact: { 'mail/box': 'a@x.org' } })).toEqual({
      identities: [
        { namespace: 'CRMID', value: 'ann', primary: true },
        { namespace: 'Email', value: 'a@x.org', primary: false },
      ],
      ...NOTHING_ELSE,
    });
  });

  it('come from identityMap', () => {
    expect(identities({ identityMap: { ECID: [{ id: '1', primary: true }, { id: '' }, { id: 5 }, null] } })).toEqual({
      identities: [{ namespace: 'ECID', value: '1', primary: true }],
      ...NOTHING_ELSE,
    });
  });

  it('are an empty one where identityMap has a namespace with nothing but empty values', () => {
    expect(identities({ identityMap: { ECID: [{ id: '', primary: true }, { id: ' ' }] } }).identities).toEqual([
      { namespace: 'ECID', value: '', primary: true },
    ]);
  });

  it('are rejected in a namespace that nobody knows', () => {
    expect(identities({ identityMap: { Ecid: [{ id: '1' }] } }).rejections).toMatchObject([
      { code: 'unknown-namespace', pointer: '/identityMap/Ecid' },
    ]);
  });
});
