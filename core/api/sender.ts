import { type Caller, mayDoSome } from '#core/callers/caller.ts';
import { parseScope } from '#core/contract/scopes.ts';
import { authenticate, authenticateByKey, isProblem } from '#core/ingestion/collection/connection.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import type { HttpAnswer, HttpCall } from './http.ts';
import type { Callers } from './management/caller.ts';
import { missingScope } from './management/caller-problem.ts';
import { bearerOf, isToken } from './management/callers.ts';

/** Who sends records: a source connection that shows one of its keys, or a caller whose token has the scope `ingest`. */

type Settings = Pick<IngestionSettings, 'sourceConnections'>;

/**
 * The connection that records come on, by the address: opened by one of its keys, or by a token, which may narrow the
 * datasets that they may be of.
 */
export async function senderOn(
  connectionId: string,
  call: HttpCall,
  settings: Settings,
  callers: Callers,
): Promise<SourceConnectionDefinition | HttpAnswer> {
  const byKey = authenticate(connectionId, call.headers, settings);
  if (!isProblem(byKey) || !isToken(bearerOf(call.headers))) return byKey;
  const caller = await callers.callerOf(call);
  if ('status' in caller) return caller;
  const connection = settings.sourceConnections.get(connectionId);
  if (!connection) return byKey;
  return mayDoSome(caller, 'ingest') ? narrowed(connection, caller) : missingScope('ingest:<dataset>');
}

/** Who sends batches, where the address names no connection: one by its key, or the caller of a token in place of one. */
export async function senderByCredentials(
  call: HttpCall,
  settings: Settings,
  callers: Callers,
): Promise<SourceConnectionDefinition | HttpAnswer> {
  const byKey = authenticateByKey(call.headers, settings);
  if (!isProblem(byKey) || !isToken(bearerOf(call.headers))) return byKey;
  const caller = await callers.callerOf(call);
  if ('status' in caller) return caller;
  return mayDoSome(caller, 'ingest') ? narrowed(connectionOf(caller), caller) : missingScope('ingest:<dataset>');
}

const connectionOf = ({ id }: Caller): SourceConnectionDefinition => ({
  id,
  keySha256: [],
  authenticationRequired: true,
  requestsPerSecond: 1_000,
});

/** A connection with those of its datasets only that a caller may send records of. */
function narrowed(connection: SourceConnectionDefinition, caller: Caller): SourceConnectionDefinition {
  const granted = ingestedBy(caller);
  if (granted === 'all') return connection;
  return { ...connection, datasets: connection.datasets?.filter((id) => granted.includes(id)) ?? granted };
}

function ingestedBy({ scopes }: Caller): 'all' | string[] {
  const granted = scopes.map(parseScope).filter((each) => each?.scope === 'ingest');
  if (granted.some((each) => each?.qualifier === undefined)) return 'all';
  return granted.map((each) => each!.qualifier!);
}
