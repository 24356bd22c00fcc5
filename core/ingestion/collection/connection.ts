import { hash, timingSafeEqual } from 'node:crypto';
import type { SourceConnectionDefinition } from '../definition.ts';
import type { IngestionSettings } from '../settings.ts';
import { type Problem, problem } from './problem.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * The connection that a request is made on, if it shows one of its keys: as AEP's clients do, in
 * `Authorization: Bearer …` or in `x-api-key`. Which of the two is wrong, connection or key, is not told.
 */
export function authenticate(
  connectionId: string,
  headers: Headers,
  settings: Pick<IngestionSettings, 'sourceConnections'>,
): SourceConnectionDefinition | Problem {
  const connection = settings.sourceConnections.get(connectionId);
  if (connection && !connection.authenticationRequired) return connection;
  const keys = keysOf(headers);
  if (keys.length === 0) return UNAUTHENTICATED;
  return connection && hasKey(connection, keys) ? connection : REJECTED;
}

/** The connection whose key a request shows, where the address names none; one that is open to anybody has none to show. */
export function authenticateByKey(
  headers: Headers,
  settings: Pick<IngestionSettings, 'sourceConnections'>,
): SourceConnectionDefinition | Problem {
  const keys = keysOf(headers);
  if (keys.length === 0) return UNAUTHENTICATED;
  return [...settings.sourceConnections.values()].find((connection) => hasKey(connection, keys)) ?? REJECTED;
}

/** What a catalog knows of a key. */
export const keySha256 = (key: string): string => hash('sha256', key, 'hex');

/** Whether it is an answer that says no, instead of what was asked for. */
export const isProblem = (value: object): value is Problem => 'status' in value && 'body' in value;

const hasKey = ({ keySha256: known }: SourceConnectionDefinition, keys: readonly string[]): boolean =>
  matchesKey(known, keys);

/** Whether one of the keys is among those that a catalog knows. @param known SHA-256 of each */
export const matchesKey = (known: readonly string[], keys: readonly string[]): boolean =>
  known.some((digest) => keys.some((key) => isSame(digest, keySha256(key))));

/** The keys that a request shows, as AEP's clients do. @param headers with names in lower case */
export function keysOf(headers: Headers): string[] {
  const bearer = /^bearer\s(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  return [bearer, headers['x-api-key']?.trim()].filter((key) => key !== undefined && key !== '') as string[];
}

const isSame = (x: string, y: string): boolean =>
  x.length === y.length && timingSafeEqual(Buffer.from(x), Buffer.from(y));

const UNAUTHENTICATED = problem(401, 'authentication', 'Authentication is required', {
  detail: 'Send the key of the connection as "Authorization: Bearer <key>" or as "x-api-key: <key>"',
});
const REJECTED = problem(401, 'authentication', 'The connection or the key is not known', {
  detail: 'The last part of the address is the id of a source connection; the key must be one of its keys',
});
