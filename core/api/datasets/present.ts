import type { Catalog } from '#core/catalog/catalog.ts';
import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import { EXPERIENCE_EVENT_CLASS } from '#core/schema/definition.ts';
import type { HttpCall } from '../http.ts';

/** What is known of all datasets of a catalog besides their definitions. */
export interface DatasetContext {
  readonly catalog: Catalog;
  readonly call: HttpCall;
  readonly stage: string;
  /** Epoch ms: since when the catalog is as it is. */
  readonly since: number;
}

/**
 * A dataset as AEP's catalog tells it, with all members that clients read. What AEP knows and this platform does not (who
 * created it, and when) is told of the version of the catalog that is active.
 */
export function describeDataset(
  definition: DatasetDefinition,
  { catalog, call, stage, since }: DatasetContext,
): object {
  const { id, name = id, description, schemaRef, tags, eventExpirationDays } = definition;
  const schema = catalog.schemas.find(({ $id }) => $id === schemaRef.id);
  const isOfEvents = schema?.['meta:class'] === EXPERIENCE_EVENT_CLASS;
  const sandbox = call.headers['x-sandbox-name'] ?? stage;
  return {
    name,
    ...(description !== undefined && { description }),
    imsOrg: call.headers['x-gw-ims-org-id'] ?? '',
    sandboxId: sandbox,
    namespace: 'ACP',
    state: 'ENABLED',
    version: '1.0.0',
    created: since,
    updated: since,
    createdClient: 'tributary',
    createdUser: 'tributary',
    updatedUser: 'tributary',
    classification: { dataBehavior: isOfEvents ? 'time-series' : 'record', managedBy: 'CUSTOMER' },
    tags: {
      'adobe/pqs/table': [tableOf(id)],
      'adobe/siphon/table/format': ['parquet'],
      unifiedProfile: tags.unifiedProfile,
      unifiedIdentity: tags.unifiedIdentity,
    },
    schemaRef: { id: schemaRef.id, contentType: schemaRef.contentType ?? 'application/vnd.adobe.xed+json;version=1' },
    schema: '@/xdms/model/x',
    schemaMetadata: { primaryKey: [], delta: [], dule: [], gdpr: [] },
    fileDescription: { persisted: true, containerFormat: 'parquet', format: 'parquet' },
    files: `@/dataSetFiles?dataSetId=${id}`,
    statsCache: {},
    transforms: `@/dataSets/${id}/views/${VIEW}/transforms`,
    viewId: VIEW,
    aspect: 'production',
    extensions: {
      adobe_lakeHouse: {
        metrics: {},
        ...(eventExpirationDays !== undefined && { rowExpiration: { ttlValue: `P${eventExpirationDays}D` } }),
      },
      adobe_unifiedProfile: { metrics: {} },
    },
  };
}

/** Every dataset has one view: all of its data. */
export const VIEW = 'all';

/** A name that SQL takes without quotes. */
const tableOf = (id: string): string => id.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
