import type { DatastreamDefinition } from '#core/edge/definition.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { isObject } from '#core/util/is-object.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import type { Path } from '../source-file.ts';
import { checkMapping } from './mappings.ts';
import { schemasById, treeOfSchema } from './union.ts';

/** Datastreams lead to datasets that can take what comes, and say who may call them (docs/edge.md). */
export function checkDatastreams(catalog: LoadedCatalog, findings: Findings): void {
  const byId = schemasById(catalog);
  for (const loaded of catalog.datastreams) {
    const { definition } = loaded;
    if (!definition) continue;
    for (const { path, id, kind } of datasetsOf(definition)) checkDataset(loaded, path, id, kind, catalog, findings);
    checkWhoCalls(loaded, definition, findings);
    const schema = byId.get(schemaOf(definition.eventDataset, catalog) ?? '');
    if (schema && definition.mapping.length > 0) {
      checkMapping(loaded, definition.mapping, schema, treeOfSchema(schema, byId), findings, { adds: true });
    }
  }
}

type Kind = 'events' | 'profiles';

function datasetsOf({ eventDataset, profileDataset, overrides }: DatastreamDefinition) {
  return [
    { path: ['eventDataset'], id: eventDataset, kind: 'events' as const },
    ...(profileDataset === undefined
      ? []
      : [{ path: ['profileDataset'], id: profileDataset, kind: 'profiles' as const }]),
    ...(overrides?.eventDatasets ?? []).map((id, i) => ({
      path: ['overrides', 'eventDatasets', i],
      id,
      kind: 'events' as const,
    })),
  ];
}

const schemaOf = (id: string, { datasets }: LoadedCatalog): string | undefined =>
  datasets.find((dataset) => dataset.id === id)?.definition?.schemaRef.id;

function checkDataset(
  loaded: Loaded<unknown>,
  path: Path,
  id: string,
  kind: Kind,
  catalog: LoadedCatalog,
  findings: Findings,
): void {
  const ids = idsOf(catalog.datasets);
  if (!ids.has(id)) {
    findings.at(loaded, path, `unknown dataset "${id}"`, { hint: didYouMean(id, ids) });
    return;
  }
  const schema = catalog.schemas.find((one) => one.id === schemaOf(id, catalog))?.definition;
  if (!schema) return;
  const wanted = kind === 'events' ? EXPERIENCE_EVENT_CLASS : PROFILE_CLASS;
  if (schema['meta:class'] !== wanted) {
    const expected = kind === 'events' ? 'a dataset of events' : 'a dataset of profile records';
    findings.at(loaded, path, `dataset "${id}" has records of another class`, { expected });
  } else if (isClosed(schema)) {
    const hint = `give it the properties of docs/edge.md, "What the edge adds", or allow others`;
    findings.at(loaded, path, `the schema of dataset "${id}" rejects what the edge adds to records`, { hint });
  }
}

/** The field `_tributary` has what nobody stands behind, and records would be rejected for it. */
const isClosed = ({
  additionalProperties,
  properties,
}: SchemaDefinition & Readonly<Record<string, unknown>>): boolean =>
  additionalProperties === false && !(isObject(properties) && Object.hasOwn(properties, '_tributary'));

function checkWhoCalls(loaded: Loaded<unknown>, datastream: DatastreamDefinition, findings: Findings): void {
  const { accessType, serverKeySha256, trustBrowserIdentities, allowedOrigins } = datastream;
  if (accessType === 'authenticated' && serverKeySha256.length === 0) {
    findings.at(loaded, ['accessType'], 'nobody can call it: it wants a key and knows none', {
      expected: 'serverKeySha256 with the SHA-256 of a key, or accessType: mixed',
    });
  }
  if (trustBrowserIdentities) {
    findings.warnAt(
      loaded,
      ['trustBrowserIdentities'],
      'whoever can call the datastream can claim to be anybody, and see and change their audiences',
      { hint: 'let the site sign who the person is, and give its public key in identityTokens (docs/edge.md)' },
    );
  }
  const anyone = allowedOrigins.indexOf('*');
  if (anyone >= 0) {
    findings.warnAt(loaded, ['allowedOrigins', anyone], 'pages of every site may call the datastream', {
      hint: 'name the origins of your own sites, such as https://*.shop.example',
    });
  }
}
