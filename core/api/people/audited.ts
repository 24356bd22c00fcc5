import { type ReadKind, readPurpose } from '#core/access/read-log.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { HttpAnswer } from '../http.ts';
import type { Family } from '../management/families.ts';
import { problem } from '../management/problem.ts';
import type { PeopleCall } from './deps.ts';

export interface AuditedRead {
  readonly what: ReadKind;
  /** Whom was asked for. */
  readonly keys: readonly IdentityKey[];
  /** How many of them somebody is known by. */
  readonly found: number;
  readonly fields?: readonly string[];
  readonly isMasked?: boolean;
}

/**
 * Writes down who reads whom, before anything is answered.
 * @returns an answer where the purpose that the caller gives cannot be written down: then nothing is read
 */
export async function audited(read: AuditedRead, family: Family, call: PeopleCall): Promise<HttpAnswer | undefined> {
  const { deps, caller } = call;
  const purpose = readPurpose(call.call.headers['x-purpose']);
  if (typeof purpose === 'object') return problem(family, 400, purpose.detail ?? purpose.title);
  const digestOf = await deps.digests(stageSettings(await deps.catalog.current()).suppression);
  await deps.readLog.append({
    id: deps.newId(),
    at: deps.now(),
    caller: { id: caller.id, name: caller.name, kind: caller.kind },
    ...(call.call.sourceIp !== undefined && { address: call.call.sourceIp }),
    ...(purpose !== undefined && { purpose }),
    what: read.what,
    identities: [...new Set(read.keys.map((key) => digestOf(parseIdentityKey(key))))],
    found: read.found,
    ...(read.fields && { fields: read.fields }),
    ...(read.isMasked && { isMasked: true }),
  });
  return undefined;
}
