import type { Caller } from '#core/callers/caller.ts';
import type { Digests } from '#core/governance/suppression.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { type AccessProblem, type EntitiesRequest, EVENT_SCHEMA, isAccessProblem } from './access.ts';
import type { EntitiesAnswer } from './get-entities.ts';

/** What of people was read. */
export type ReadKind = 'profile' | 'events' | 'identities' | 'audiences' | 'deliveries' | 'rejected-records';

/** An audit record: who read which people. It names nobody of them: identities are keyed hashes. */
export interface ProfileRead {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly caller: Pick<Caller, 'id' | 'name' | 'kind'>;
  /** From where, if it is known. */
  readonly address?: string;
  /** What for, as the caller says. */
  readonly purpose?: string;
  readonly what: ReadKind;
  /** The caller saw no value: what there is, and not which. */
  readonly isMasked?: true;
  /** HMAC-SHA256 of each identity that was asked for, with the audit key of the stage; of rejected records none is known. */
  readonly identities: readonly string[];
  /** Ids of rejected records whose contents were shown. */
  readonly records?: readonly string[];
  /** How many of them somebody is known by; of rejected records, how many were shown. */
  readonly found: number;
  /** Dotted paths; all fields where it is omitted. */
  readonly fields?: readonly string[];
}

export interface ReadQuery {
  /** Epoch ms, inclusive. */
  readonly since: number;
  /** Epoch ms, exclusive. */
  readonly until: number;
}

/** Audit records, by the day. Whoever writes them can neither read, nor change, nor delete them. */
export interface ReadLog {
  append(read: ProfileRead): Promise<void>;
  /** In the order of their time. */
  reads(query: ReadQuery): AsyncIterable<ProfileRead>;
}

const PURPOSE = /^[\p{L}\p{N} .,:;_/()#+-]{1,200}$/u;
const MAX_FIELDS = 100;
/** Who asks writes the paths; what does not look like one is not written down. */
const FIELD = /^[\w@:-]+(?:\.[\w@:-]+)*$/;
const MAX_FIELD_LENGTH = 200;

/** What the caller says that a read is for: the header `x-purpose`. */
export function readPurpose(header: string | undefined): string | undefined | AccessProblem {
  if (header === undefined || PURPOSE.test(header)) return header;
  return {
    status: 400,
    title: 'Malformed x-purpose',
    detail: 'Expected at most 200 letters, digits, spaces and .,:;_/()#+- that say what the read is for',
  };
}

/** What is written down of a request for profiles, and of its answer. */
export function readOf(
  { schema, fields }: EntitiesRequest,
  { answers }: EntitiesAnswer,
  reader: { readonly caller: Caller; readonly address: string | undefined; readonly purpose: string | undefined },
  { id, at, digestOf }: { readonly id: string; readonly at: number; readonly digestOf: Digests },
): ProfileRead {
  const { caller, address, purpose } = reader;
  const keys = answers.flatMap(({ key }) => key ?? []);
  return {
    id,
    at,
    caller: { id: caller.id, name: caller.name, kind: caller.kind },
    ...(address !== undefined && { address }),
    ...(purpose !== undefined && { purpose }),
    what: schema === EVENT_SCHEMA ? 'events' : 'profile',
    identities: [...new Set(keys.map((key) => digestOf(parseIdentityKey(key))))],
    found: answers.filter(({ answer }) => !isAccessProblem(answer)).length,
    ...(fields && { fields: fields.slice(0, MAX_FIELDS).map(writtenField) }),
  };
}

const writtenField = (path: string): string => (path.length <= MAX_FIELD_LENGTH && FIELD.test(path) ? path : '?');
