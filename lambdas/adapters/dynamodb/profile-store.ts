import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Lookup, ProfileWrite, RemovableProfiles, ScanPartition } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { batchGet } from './batch-get.ts';
import { type ConditionalPut, deleteIf, type Expected, type Item, putAll, replaceIf, scanAll } from './client.ts';
import { decodeState, encodeState, numberAt, type StoredAttributes, stringAt } from './item-codec.ts';

/**
 * The `profiles` table: under an identity's key lies the item itself (`revision`, `state`), or `movedTo`, the root of
 * the item that holds it. Link history with an end of minus infinity is written as null, which JSON has.
 */
export class DynamoDbProfileStore implements RemovableProfiles {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async lookup(keys: readonly IdentityKey[]): Promise<Map<IdentityKey, Lookup>> {
    const found = new Map<IdentityKey, Lookup>();
    for await (const item of batchGet(this.#client, this.#table, keys)) {
      found.set(item.pk.S, readProfileAttributes(item));
    }
    return found;
  }

  async write({ item, pointers, mergedIn, stale }: ProfileWrite): Promise<void> {
    const expect = (key: IdentityKey, revision: number): ConditionalPut['expect'] => {
      const redirectTo = revision === 0 ? stale?.get(key) : undefined;
      return redirectTo === undefined
        ? { name: 'revision', value: revision }
        : { name: 'redirectTo', value: redirectTo };
    };
    const pointer = (key: IdentityKey, revision: number): ConditionalPut => ({
      item: pointerAttributes(key, item.canonicalKey),
      expect: expect(key, revision),
    });
    await putAll(this.#client, this.#table, [
      { item: writeProfileAttributes(item), expect: expect(item.canonicalKey, item.revision) },
      ...pointers.map((key) => pointer(key, 0)),
      ...mergedIn.map(({ canonicalKey, revision }) => pointer(canonicalKey, revision)),
    ]);
  }

  remove(key: IdentityKey, read: Lookup): Promise<boolean> {
    const expected: Expected =
      'redirectTo' in read ? { redirectTo: { S: read.redirectTo } } : { revision: { N: String(read.item.revision) } };
    return deleteIf(this.#client, this.#table, key, expected);
  }

  repoint(key: IdentityKey, from: IdentityKey, to: IdentityKey): Promise<boolean> {
    return replaceIf(this.#client, this.#table, pointerAttributes(key, to), { redirectTo: { S: from } });
  }

  async *scan(segment?: ScanPartition): AsyncIterable<ProfileItem> {
    for await (const attributes of scanAll(this.#client, this.#table, segment ? { segment } : {})) {
      const lookup = readProfileAttributes(attributes);
      if ('item' in lookup) yield lookup.item;
    }
  }
}

/** The item that says where an identity, or an item that was taken into another, is found. */
export const pointerAttributes = (key: string, redirectTo: IdentityKey): Item => ({
  pk: { S: key },
  redirectTo: { S: redirectTo },
});

/** A profile item as it is written. */
export function writeProfileAttributes(item: ProfileItem): Item {
  const { canonicalKey, revision, ...state } = item;
  return { pk: { S: canonicalKey }, revision: { N: String(revision + 1) }, ...encodeState(state) };
}

/** An item of the table, read from it or from its stream. */
export function readProfileAttributes(attributes: StoredAttributes): Lookup {
  const redirectTo = stringAt(attributes, 'redirectTo');
  if (redirectTo !== undefined) return { redirectTo };
  const state = decodeState<Omit<ProfileItem, 'canonicalKey' | 'revision'>>(attributes);
  const linkHistory = {
    ...state.linkHistory,
    condensedUntil: state.linkHistory.condensedUntil ?? Number.NEGATIVE_INFINITY,
  };
  return {
    item: {
      ...state,
      linkHistory,
      canonicalKey: stringAt(attributes, 'pk')!,
      revision: numberAt(attributes, 'revision')!,
    },
  };
}
