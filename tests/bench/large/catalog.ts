import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { datasetDefinition } from '#core/ingestion/definition.ts';
import { EXPERIENCE_EVENT_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

export const ORDERS_SCHEMA = schemaDefinition.parse({
  $id: 'https://example.com/orders',
  'meta:class': EXPERIENCE_EVENT_CLASS,
  required: ['_id', 'timestamp', 'crmId', 'total'],
  additionalProperties: false,
  properties: {
    _id: { type: 'string', minLength: 1 },
    timestamp: { type: 'string', format: 'date-time' },
    eventType: { type: 'string' },
    crmId: { type: 'string', minLength: 1 },
    storeId: { type: 'string' },
    note: { type: 'string' },
    items: { type: 'integer', minimum: 1 },
    total: { type: 'number', minimum: 0 },
    // Only wide rows of Parquet have these.
    signature: { type: 'string' },
    remarks: { type: 'string' },
    receiptId: { type: 'string' },
    coupon: { type: 'string', pattern: '^C-' },
    currency: { type: 'string', minLength: 3, maxLength: 3 },
    city: { type: 'string' },
    till: { type: 'integer', minimum: 0 },
    tax: { type: 'number' },
    discount: { type: 'number' },
  },
  descriptors: [
    {
      '@type': 'xdm:descriptorIdentity',
      'xdm:sourceProperty': '/crmId',
      'xdm:namespace': 'CRMID',
      'xdm:isPrimary': true,
    },
  ],
});
export const ORDERS = datasetDefinition.parse({
  id: 'orders',
  name: 'Orders',
  schemaRef: { id: ORDERS_SCHEMA.$id },
  tags: { unifiedProfile: ['enabled:true'], unifiedIdentity: ['enabled:true'] },
  mapping: [
    ...['_id', 'eventType', 'crmId', 'storeId', 'note'].map((name) => ({ source: name, destination: name })),
    { source: 'timestamp', destination: 'timestamp', type: 'date-time' },
    { source: 'items', destination: 'items', type: 'integer' },
    { source: 'total', destination: 'total', type: 'number' },
  ],
});

/** The same orders, as their files have them. */
export const ORDERS_UNMAPPED = datasetDefinition.parse({ ...ORDERS, id: 'orders-unmapped', mapping: undefined });

/** The example's catalog with orders of shops. */
export async function ordersCatalog(): Promise<CompiledCatalog> {
  const example = await exampleDefinitions();
  const schemas = [...example.schemas, ORDERS_SCHEMA];
  return compileCatalog({ ...example, schemas, datasets: [...example.datasets, ORDERS, ORDERS_UNMAPPED] });
}
