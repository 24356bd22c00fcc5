import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';

export const PRODUCTS = 'https://example.com/products';

const segment = (id: string, rule: string): string =>
  `id: ${id}\nname: ${id}\nexpression: { type: PQL, format: pql/text, value: '${rule}' }\n`;
const described = (type: string, property: string, more: string): string =>
  `  - { "@type": xdm:descriptor${type}, xdm:sourceProperty: /${property}, ${more} }\n`;
const lookup = (name: string, key: string, fields: string): string =>
  `$id: https://example.com/${name}\nmeta:class: https://example.com/classes/${name}\nproperties: { ${key}: { type: string }, ${fields}, extSourceSystemAudit: { type: object } }\ndescriptors:\n${described('PrimaryKey', key, '')}`;

/** A shop whose orders and people refer to products and stores; `rules` by the id of their segment. */
export function catalogOfShop(rules: Readonly<Record<string, string>>): CompiledCatalog {
  const { catalog, problems } = loadCatalog(
    new Map(
      Object.entries({
        'namespaces/crmid.yaml': 'code: CRMID\nidType: CROSS_DEVICE\n',
        'schemas/products.yaml': lookup('products', 'sku', 'category: { type: string }, price: { type: number }'),
        'schemas/stores.yaml': lookup('stores', 'store', 'region: { type: string }'),
        'schemas/people.yaml': `$id: https://example.com/people\nmeta:class: https://ns.adobe.com/xdm/context/profile\nproperties: { id: { type: string }, favouriteStore: { type: string } }\ndescriptors:\n${described('Identity', 'id', 'xdm:namespace: CRMID, xdm:isPrimary: true')}${described('OneToOne', 'favouriteStore', 'xdm:destinationSchema: https://example.com/stores')}`,
        'schemas/orders.yaml': `$id: https://example.com/orders\nmeta:class: https://ns.adobe.com/xdm/context/experienceevent\nproperties: { identityMap: { type: object }, items: { type: array, items: { type: object, properties: { sku: { type: string } } } } }\ndescriptors:\n${described('OneToOne', 'items/sku', `xdm:destinationSchema: ${PRODUCTS}`)}`,
        ...Object.fromEntries(
          ['products', 'stores', 'people', 'orders'].map((id) => [
            `datasets/${id}.yaml`,
            `id: ${id}\nschemaRef: { id: https://example.com/${id} }\n`,
          ]),
        ),
        'datasets/changes.yaml': `id: changes\nschemaRef: { id: ${PRODUCTS} }\ntags: { unifiedProfile: ["enabled:true", "isUpsert:true"] }\n`,
        ...Object.fromEntries(Object.entries(rules).map(([id, rule]) => [`segments/${id}.yaml`, segment(id, rule)])),
      }),
    ),
    {},
  );
  if (!catalog) throw new Error(JSON.stringify(problems));
  return compileCatalog(catalog);
}
