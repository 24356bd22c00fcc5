import { beforeEach, describe, expect, it } from 'vitest';
import { catalogVersion } from '#core/catalog/catalog.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const REGISTRY = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

describe('the schema registry', () => {
  let management: ReturnType<typeof createManagement>;
  beforeEach(async () => {
    management = createManagement(await exampleDefinitions());
  });
  const call = (...of: Parameters<typeof management.call>) => management.call(...of);
  const group = (field: string, more: object = {}) => ({
    title: 'Shoes',
    type: 'object',
    definitions: {
      customFields: { properties: { _riverbend: { type: 'object', properties: { [field]: { type: 'string' } } } } },
    },
    allOf: [{ $ref: '#/definitions/customFields' }],
    'meta:intendedToExtend': [PROFILE],
    ...more,
  });

  it('lists schemas of the catalog in pages', async () => {
    const first = await call('GET', `${REGISTRY}/tenant/schemas?limit=2`);
    expect(first.body.results).toHaveLength(2);
    expect(first.body.results[0]).toMatchObject({ $id: expect.any(String), title: expect.any(String), version: '1.0' });
    const ids = first.body.results.map((one: { $id: string }) => one.$id);
    let { next } = first.body._page;
    while (next !== null) {
      const { body } = await call('GET', `${REGISTRY}/tenant/schemas?limit=2&start=${next}`);
      ids.push(...body.results.map((one: { $id: string }) => one.$id));
      ({ next } = body._page);
    }
    const { catalog } = await management.definitions.active();
    expect(ids.toSorted()).toEqual(catalog.schemas.map(({ $id }) => $id).toSorted());
    expect((await call('GET', `${REGISTRY}/tenant/schemas?start=bm9uZQ`)).status).toBe(400);
  });

  it('shows a schema by its $id and its altId, whole or resolved', async () => {
    const id = encodeURIComponent('https://riverbend.example/schemas/customers');
    const whole = await call('GET', `${REGISTRY}/tenant/schemas/${id}`, undefined, {
      accept: 'application/vnd.adobe.xed-full+json; version=1',
    });
    expect(whole.body).toMatchObject({ 'meta:class': PROFILE, properties: { loyalty: { type: 'object' } } });
    const again = await call('GET', `${REGISTRY}/tenant/schemas/${whole.body['meta:altId']}`);
    expect(again.body.$id).toBe(whole.body.$id);
    const same = await call('GET', `${REGISTRY}/tenant/schemas/${id}`, undefined, {
      'if-none-match': whole.headers.etag!,
    });
    expect(same.status).toBe(304);
  });

  it('creates a field group, puts it into a schema, and changes both with it', async () => {
    const made = await call('POST', `${REGISTRY}/tenant/fieldgroups`, group('size'));
    expect(made.status).toBe(201);
    const schema = await call('POST', `${REGISTRY}/tenant/schemas`, {
      title: 'Visitors',
      type: 'object',
      allOf: [{ $ref: PROFILE }, { $ref: made.body.$id }],
    });
    expect([schema.status, schema.body]).toMatchObject([201, { 'meta:class': PROFILE }]);
    const address = `${REGISTRY}/tenant/schemas/${encodeURIComponent(schema.body.$id)}`;
    const full = { accept: 'application/vnd.adobe.xed-full+json; version=1' };
    const shown = await call('GET', address, undefined, full);
    expect(shown.body.properties._riverbend.properties).toEqual({ size: { type: 'string' } });
    const patched = await call('PATCH', `${REGISTRY}/tenant/fieldgroups/${made.body['meta:altId']}`, [
      {
        op: 'add',
        path: '/definitions/customFields/properties/_riverbend/properties/colour',
        value: { type: 'string' },
      },
    ]);
    expect(patched.status).toBe(200);
    const grown = await call('GET', address, undefined, full);
    expect(Object.keys(grown.body.properties._riverbend.properties)).toEqual(['size', 'colour']);
    const used = await call('DELETE', `${REGISTRY}/tenant/fieldgroups/${made.body['meta:altId']}`);
    expect([used.status, used.body.detail]).toEqual([409, `The schema ${schema.body.$id} uses it`]);
  });

  it('says what is wrong in the words of catalog validate, and changes nothing', async () => {
    const { version } = await management.definitions.active();
    const { status, body } = await call('POST', `${REGISTRY}/tenant/schemas`, {
      title: 'Wrong',
      allOf: [{ $ref: PROFILE }, { $ref: 'https://ns.adobe.com/riverbend/mixins/none' }],
    });
    expect(status).toBe(400);
    expect(body.report['sub-errors'][0]).toMatchObject({ pointer: '/allOf/1/$ref' });
    expect((await management.definitions.active()).version).toBe(version);
  });

  it('keeps what somebody else has changed in the meantime', async () => {
    const made = await call('POST', `${REGISTRY}/tenant/fieldgroups`, group('size'));
    const address = `${REGISTRY}/tenant/fieldgroups/${made.body['meta:altId']}`;
    const tag = { 'if-match': made.headers.etag! };
    expect((await call('PUT', address, group('length'), tag)).status).toBe(200);
    expect((await call('PUT', address, group('width'), tag)).status).toBe(412);
  });

  it('adds, replaces and deletes descriptors', async () => {
    const source = 'https://riverbend.example/schemas/customers';
    const descriptor = {
      '@type': 'xdm:descriptorIdentity',
      'xdm:sourceSchema': source,
      'xdm:sourceProperty': '/mobilePhone/number',
      'xdm:namespace': 'Phone',
    };
    const made = await call('POST', `${REGISTRY}/tenant/descriptors`, descriptor);
    expect(made.status).toBe(201);
    const listed = await call('GET', `${REGISTRY}/tenant/descriptors`, undefined, {
      accept: 'application/vnd.adobe.xdm+json',
    });
    expect(listed.body['xdm:descriptorIdentity']).toContainEqual(made.body);
    const address = `${REGISTRY}/tenant/descriptors/${made.body['@id']}`;
    expect((await call('PUT', address, { ...descriptor, 'xdm:namespace': 'Nowhere' })).status).toBe(400);
    // Records so far have the identity: it may not go.
    expect((await call('DELETE', address)).status).toBe(409);
    const words = { ...descriptor, '@type': 'xdm:alternateDisplayInfo', 'xdm:title': { en_us: 'Number' } };
    const { 'xdm:namespace': _, ...title } = words;
    const titled = await call('POST', `${REGISTRY}/tenant/descriptors`, title);
    const place = `${REGISTRY}/tenant/descriptors/${titled.body['@id']}`;
    expect((await call('DELETE', place)).status).toBe(204);
    expect((await call('GET', place)).status).toBe(404);
  });

  it('leaves the same catalog after all that was made is deleted', async () => {
    const before = (await management.definitions.active()).version;
    const made = await call('POST', `${REGISTRY}/tenant/fieldgroups`, group('size'));
    expect((await management.definitions.active()).version).not.toBe(before);
    await call('DELETE', `${REGISTRY}/tenant/fieldgroups/${made.body['meta:altId']}`);
    const { version, catalog } = await management.definitions.active();
    expect([version, catalogVersion(catalog)]).toEqual([before, before]);
  });

  it('exports what it imports', async () => {
    const made = await call('POST', `${REGISTRY}/tenant/fieldgroups`, group('size'));
    const exported = await call('GET', `${REGISTRY}/rpc/export/${made.body['meta:altId']}`);
    await call('DELETE', `${REGISTRY}/tenant/fieldgroups/${made.body['meta:altId']}`);
    const imported = await call('POST', `${REGISTRY}/rpc/import`, exported.body);
    expect([imported.status, imported.body]).toEqual([200, exported.body]);
  });
});
