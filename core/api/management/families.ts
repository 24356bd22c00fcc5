/**
 * The families of AEP's APIs that the management host answers, by the path that each of them lies below. `code` begins the
 * codes of its errors, as AEP's do.
 */
export const FAMILIES = {
  definitions: { base: '/tributary/definitions', code: 'DEF', title: 'Definitions' },
  audiences: { base: '/tributary/audiences', code: 'AUDI', title: 'Audiences' },
  approvals: { base: '/tributary/approvals', code: 'APV', title: 'Changes that wait for a second person' },
  overview: { base: '/tributary/overview', code: 'OVW', title: 'Overview' },
  counts: { base: '/tributary/counts', code: 'CNT', title: 'Counts' },
  data: { base: '/tributary/data', code: 'DATA', title: 'Data: batches, rejected records, mappings of files' },
  profiles: { base: '/tributary/profiles', code: 'PRF', title: 'Profiles by reference' },
  destinations: { base: '/tributary/destinations', code: 'DEST', title: 'Destinations' },
  'destination-types': { base: '/tributary/destination-types', code: 'DSTT', title: 'Types of destinations' },
  description: { base: '', code: 'API', title: 'Description of this API' },
  'schema-registry': { base: '/data/foundation/schemaregistry', code: 'XDM', title: 'Schema registry' },
  catalog: { base: '/data/foundation/catalog', code: 'CATALOG', title: 'Catalog' },
  segmentation: { base: '/data/core/ups', code: 'UPSEG', title: 'Segmentation and profile configuration' },
  'computed-attributes': { base: '/data/core/ca', code: 'UPCA', title: 'Computed attributes' },
  people: { base: '/data/core', code: 'PPL', title: 'Profiles and identity graphs' },
  namespaces: { base: '/data/core/idnamespace', code: 'UIS', title: 'Identity namespaces' },
  flows: { base: '/data/foundation/flowservice', code: 'FLOW', title: 'Flow service: sources and destinations' },
  policies: { base: '/data/foundation/dulepolicy', code: 'POL', title: 'Policy service' },
  'dataset-labels': { base: '/data/foundation/dataset', code: 'DSL', title: 'Labels of datasets' },
  privacy: { base: '/data/core/privacy', code: 'PRIV', title: 'Privacy jobs' },
  hygiene: { base: '/data/core/hygiene', code: 'HYG', title: 'Data hygiene' },
  mappings: { base: '/data/foundation/conversion', code: 'MAP', title: 'Mapping sets' },
  sandboxes: { base: '/data/foundation/sandbox-management', code: 'SBX', title: 'Sandboxes' },
  packages: { base: '/data/foundation/exim', code: 'EXIM', title: 'Packages of sandboxes' },
  'access-control': { base: '/data/foundation/access-control', code: 'ACL', title: 'Access control' },
  audit: { base: '/data/foundation/audit', code: 'AUD', title: 'Audit events' },
  observability: { base: '/data/infrastructure/observability/insights', code: 'OBS', title: 'Observability' },
  import: { base: '/data/foundation/import', code: 'DIS', title: 'Streaming ingestion' },
  export: { base: '/data/foundation/export', code: 'DA', title: 'Data access' },
  queries: { base: '/data/foundation/query', code: 'QS', title: 'Query service' },
  connectors: { base: '/data/foundation/connectors', code: 'CONN', title: 'Landing zone' },
  activation: { base: '/data/core/activation', code: 'ACT', title: 'Activation and destination authoring' },
  tags: { base: '/unifiedtags', code: 'TAG', title: 'Tags' },
  folders: { base: '/unifiedfolders', code: 'FOLD', title: 'Folders' },
} as const satisfies Readonly<Record<string, FamilyShape>>;

interface FamilyShape {
  readonly base: string;
  readonly code: string;
  readonly title: string;
}

export type Family = keyof typeof FAMILIES;
