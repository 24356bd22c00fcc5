import type { AttributeValue } from 'aws-lambda';
import type { Redirect, Versioned } from '#core/identity/versioned-store.ts';
import type { Lookup, ProfileWrite } from '#core/profile/ports/profile-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { encodeState } from '#lambdas/adapters/dynamodb/item-codec.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import type { ItemChange } from '#tests/harness/poller/stream.ts';

/** The tables in memory, with the stream that the real ones have: every item that a write touches, before and after. */

type Emit = (change: ItemChange) => void;
type Image = Readonly<Record<string, AttributeValue>>;

export class StreamingProfileStore extends MemoryProfileStore {
  readonly #emit: Emit;

  constructor(emit: Emit) {
    super();
    this.#emit = emit;
  }

  override async write(write: ProfileWrite): Promise<void> {
    const { item, pointers, mergedIn } = write;
    const moved = [...pointers, ...mergedIn.map(({ canonicalKey }) => canonicalKey)];
    const before = await this.lookup([item.canonicalKey, ...moved]);
    await super.write(write);
    const emit = (key: IdentityKey, after: Lookup): void => {
      const old = before.get(key);
      this.#emit(change(key, old && profileImage(key, old), profileImage(key, after)));
    };
    emit(item.canonicalKey, { item: { ...item, revision: item.revision + 1 } });
    for (const key of moved) emit(key, { redirectTo: item.canonicalKey });
  }

  override async remove(key: IdentityKey, read: Lookup): Promise<boolean> {
    const old = (await this.lookup([key])).get(key);
    const isRemoved = await super.remove(key, read);
    if (isRemoved && old) this.#emit({ keys: { pk: { S: key } }, oldImage: profileImage(key, old) });
    return isRemoved;
  }

  override async repoint(key: IdentityKey, from: IdentityKey, to: IdentityKey): Promise<boolean> {
    const isDone = await super.repoint(key, from, to);
    if (isDone) this.#emit(change(key, pointerImage(key, from), pointerImage(key, to)));
    return isDone;
  }
}

export class StreamingMembershipStore extends MemoryMembershipStore {
  readonly #emit: Emit;

  constructor(emit: Emit) {
    super();
    this.#emit = emit;
  }

  override async write(
    item: MembershipItem,
    taken: readonly { readonly canonicalKey: IdentityKey; readonly version: number }[],
  ): Promise<void> {
    const before = new Map<IdentityKey, MembershipItem | Redirect | undefined>();
    for (const { canonicalKey } of [item, ...taken]) before.set(canonicalKey, await this.get(canonicalKey));
    await super.write(item, taken);
    const emit = (key: IdentityKey, after: MembershipItem | Redirect): void => {
      const old = before.get(key);
      this.#emit(change(key, old && versionedImage(key, old), versionedImage(key, after)));
    };
    emit(item.canonicalKey, { ...item, version: item.version + 1 });
    for (const { canonicalKey } of taken) emit(canonicalKey, { redirectTo: item.canonicalKey });
  }

  override async remove(canonicalKey: IdentityKey, read: MembershipItem | Redirect): Promise<boolean> {
    const old = await this.get(canonicalKey);
    const isRemoved = await super.remove(canonicalKey, read);
    if (isRemoved && old)
      this.#emit({ keys: { pk: { S: canonicalKey } }, oldImage: versionedImage(canonicalKey, old) });
    return isRemoved;
  }
}

const change = (key: IdentityKey, oldImage: Image | undefined, newImage: Image): ItemChange => ({
  keys: { pk: { S: key } },
  ...(oldImage && { oldImage }),
  newImage,
});

function profileImage(key: IdentityKey, lookup: Lookup): Image {
  if ('redirectTo' in lookup) return pointerImage(key, lookup.redirectTo);
  const { canonicalKey, revision, ...state } = lookup.item;
  return { pk: { S: canonicalKey }, revision: { N: String(revision) }, ...stateImage(state) };
}

function versionedImage(key: IdentityKey, item: Versioned | Redirect): Image {
  if ('redirectTo' in item) return pointerImage(key, item.redirectTo);
  const { canonicalKey, version, ...state } = item;
  return { pk: { S: canonicalKey }, version: { N: String(version) }, ...stateImage(state) };
}

const pointerImage = (key: IdentityKey, redirectTo: IdentityKey): Image => ({
  pk: { S: key },
  redirectTo: { S: redirectTo },
});

/** As Lambda hands it over: binary as base64. */
function stateImage(state: object): Image {
  return { state: { B: Buffer.from(encodeState(state).state.B).toString('base64') } };
}
