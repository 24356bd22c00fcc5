import { describe, expect, it } from 'vitest';
import { openEnvelope } from '#core/ingestion/envelope.ts';

const entity = { _id: 'e1', deep: { list: [1] } };
const ref = (id: string) => ({ id, contentType: 'application/vnd.adobe.xed-full+json;version=1' });
const message = (header: object = {}, body: object = {}) => ({
  header: { datasetId: 'logins', imsOrgId: 'acme', source: { name: 'app' }, ...header },
  body: { xdmEntity: entity, ...body },
});

describe('the envelope of a streamed record', () => {
  it('is opened', () => {
    const opened = openEnvelope(message({ schemaRef: ref('s') }, { xdmMeta: { schemaRef: ref('s') } }));
    expect(opened).toEqual({ datasetId: 'logins', schemaId: 's', entity });
  });

  it('may leave out the schema, in one place or in both', () => {
    expect(openEnvelope(message())).toEqual({ datasetId: 'logins', entity });
    expect(openEnvelope(message({}, { xdmMeta: { schemaRef: ref('s') } }))).toMatchObject({ schemaId: 's' });
  });

  it('must not name two schemas', () => {
    const opened = openEnvelope(message({ schemaRef: ref('s') }, { xdmMeta: { schemaRef: ref('t') } }));
    expect(opened).toMatchObject({ rejection: { code: 'schema-mismatch', pointer: '/body/xdmMeta/schemaRef/id' } });
  });

  it.each([
    ['no object', 'text', '', 'string'],
    ['nothing', null, '', 'null'],
    ['no header', { body: { xdmEntity: entity } }, '/header', 'nothing'],
    ['no dataset', message({ datasetId: undefined }), '/header/datasetId', 'nothing'],
    ['an empty dataset', message({ datasetId: '' }), '/header/datasetId', 'empty string'],
    ['no record', message({}, { xdmEntity: undefined }), '/body/xdmEntity', 'nothing'],
    ['a list of records', message({}, { xdmEntity: [entity] }), '/body/xdmEntity', 'array'],
    ['a schema that is a text', message({ schemaRef: 'secret' }), '/header/schemaRef', 'string'],
  ])('is rejected with its place when it has %s', (_, value, pointer, found) => {
    const opened = openEnvelope(value);
    expect(opened).toMatchObject({ rejection: { code: 'invalid-envelope', pointer, found } });
    expect(JSON.stringify(opened)).not.toContain('secret');
  });
});
