import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';

/**
 * A catalog of people of whom a few simple facts are known, of every type a field has: one dataset whose records are
 * complete, and one whose records are updates.
 */

const SCHEMA = 'https://people.example/schemas/people';
const text = { type: 'string' };

const identity = (property: string, namespace: string, isPrimary = false): object => ({
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceProperty': property,
  'xdm:namespace': namespace,
  'xdm:isPrimary': isPrimary,
});

const schema = {
  $id: SCHEMA,
  'meta:class': 'https://ns.adobe.com/xdm/context/profile',
  type: 'object',
  properties: {
    _people: { type: 'object', properties: { id: text } },
    personalEmail: { type: 'object', properties: { address: text } },
    workEmail: { type: 'object', properties: { address: text } },
    visits: { type: 'integer' },
    amount: { type: 'number' },
    vip: { type: 'boolean' },
    born: { ...text, format: 'date' },
    joined: { ...text, format: 'date-time' },
    place: { type: 'object', properties: { city: text, zip: text } },
    tags: { type: 'array', items: text },
    extSourceSystemAudit: { type: 'object', properties: { lastUpdatedDate: { ...text, format: 'date-time' } } },
    identityMap: {
      type: 'object',
      additionalProperties: {
        type: 'array',
        items: { type: 'object', properties: { id: text, primary: { type: 'boolean' } } },
      },
    },
  },
  descriptors: [
    identity('/_people/id', 'CRMID', true),
    identity('/personalEmail/address', 'Email'),
    identity('/workEmail/address', 'Email'),
  ],
};

/** @param more what the datasets say besides */
export function peopleCatalog(more: object = {}): CompiledCatalog {
  const files = new Map<string, string>();
  const put = (folder: string, id: string, definition: object): void =>
    void files.set(`${folder}/${id}.yaml`, JSON.stringify(definition));
  put('namespaces', 'customer', { code: 'CRMID', idType: 'CROSS_DEVICE' });
  put('identity-settings', 'settings', { namespacePriority: ['CRMID', 'Email'], uniqueNamespaces: ['CRMID'] });
  put('schemas', 'people', schema);
  put('datasets', 'people', { id: 'people', schemaRef: { id: SCHEMA }, partialIngestionPercentage: 100, ...more });
  put('datasets', 'updates', {
    id: 'updates',
    schemaRef: { id: SCHEMA },
    tags: { unifiedProfile: ['enabled:true', 'isUpsert:true'], unifiedIdentity: ['enabled:true'] },
    partialIngestionPercentage: 100,
    ...more,
  });
  const { catalog, problems } = loadCatalog(files, {});
  if (!catalog) throw new Error(`The catalog of people is wrong: ${JSON.stringify(problems)}`);
  return compileCatalog(catalog);
}
