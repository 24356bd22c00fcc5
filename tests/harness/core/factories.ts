import type { IdType } from '#core/identity/definition.ts';
import type { Assertion, LinkingRules } from '#core/identity/linking-rules.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';

/** Small things that tests are made of. Everything has a value; a test says only what it is about. */

const ID_TYPES: Readonly<Record<string, IdType>> = { ECID: 'COOKIE', IDFA: 'DEVICE', GAID: 'DEVICE', Email: 'EMAIL' };

export function linkingRules(
  options: { priority?: readonly string[]; unique?: readonly string[]; limit?: number } = {},
): LinkingRules {
  const { priority = ['CRMID', 'Email', 'IDFA', 'ECID'], unique = ['CRMID'], limit = 50 } = options;
  return {
    rank: (namespace) => (priority.includes(namespace) ? priority.indexOf(namespace) + 1 : priority.length + 1),
    isUnique: (namespace) => unique.includes(namespace),
    typeOf: (namespace) => ID_TYPES[namespace] ?? 'CROSS_DEVICE',
    isBlocked: (namespace) => namespace === 'AAID',
    limit,
  };
}

export const foldSettings = (options: Partial<FoldSettings> = {}): FoldSettings => ({
  links: linkingRules(),
  isProfileEnabled: () => true,
  isIdentityEnabled: () => true,
  projectEvent: (entity) => ({ ...entity }),
  retainEvents: (events) => events,
  projection: 'test',
  expiryOf: () => undefined,
  keepsActivity: false,
  ...options,
});

/** 38 digits that end in a number. */
export const ecid = (n: number): IdentityKey => `ECID:${String(n).padStart(38, '0')}`;

export const assertion = (time: number, ...identities: readonly IdentityKey[]): Assertion => ({
  id: `${time}-${identities.join('+')}`,
  time,
  source: 'logins',
  identities,
});

/** Takes the link of two identities out. */
export const unlinking = (time: number, a: IdentityKey, b: IdentityKey): Assertion => ({
  id: `${time}-not-${a}+${b}`,
  time,
  source: 'unlink',
  identities: [a, b],
  unlinking: { who: 'support', reason: 'a mistake' },
});

const idOf = (text: string): string => {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 2_821_109_907_456;
  return hash.toString(36).padStart(8, '0').slice(-8);
};

export function event(
  time: number,
  identities: readonly IdentityKey[],
  entity: Record<string, unknown> = {},
): AcceptedRecord {
  return record({ behaviour: 'event', datasetId: 'web-events', time, identities, entity });
}

export function attributes(
  time: number,
  identity: IdentityKey,
  entity: Record<string, unknown>,
  datasetId = 'customers',
  operation: RecordOperation = 'create',
): AcceptedRecord {
  return record({ behaviour: 'record', datasetId, time, identities: [identity], entity, operation });
}

function record(options: {
  behaviour: 'event' | 'record';
  datasetId: string;
  time: number;
  identities: readonly IdentityKey[];
  entity: Record<string, unknown>;
  operation?: RecordOperation;
}): AcceptedRecord {
  const { behaviour, datasetId, time, identities, entity, operation = 'create' } = options;
  return {
    id: idOf(JSON.stringify([datasetId, time, identities, entity, operation])),
    datasetId,
    behaviour,
    time,
    tieBreaker: '',
    receivedAt: time,
    ingestionId: 'once',
    operation,
    identities: identities.map((key, index) => ({ ...parseIdentityKey(key), primary: index === 0 })),
    entity,
    json: JSON.stringify(entity),
  };
}
