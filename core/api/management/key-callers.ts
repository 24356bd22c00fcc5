import type { DefinitionStore } from '#core/catalog/definition-store.ts';
import { authenticateByKey, isProblem } from '#core/ingestion/collection/connection.ts';
import type { Caller, Callers } from './caller.ts';

/** Callers by tokens, and source connections by their keys: those see the datasets that they may send to, and no more. */
export const withConnectionKeys = (callers: Callers, definitions: Pick<DefinitionStore, 'active'>): Callers => ({
  async callerOf(call) {
    const isToken =
      call.headers.authorization !== undefined && (call.headers.authorization.match(/\./g) ?? []).length === 2;
    if (isToken || call.headers['x-api-key'] === undefined) return callers.callerOf(call);
    const { catalog } = await definitions.active();
    const connections = new Map(catalog.sourceConnections?.map((one) => [one.id, one]));
    const connection = authenticateByKey(call.headers, { sourceConnections: connections });
    if (isProblem(connection)) return callers.callerOf(call);
    const { id, name = id, datasets } = connection;
    const scopes = datasets?.map((dataset) => `ingest:${dataset}`) ?? ['ingest:*'];
    return { id, name, kind: 'connection', scopes } satisfies Caller;
  },
});
