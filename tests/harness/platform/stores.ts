import type { AttributeValue } from 'aws-lambda';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { operationsKey } from '#core/contract/tables.ts';
import type { Counters } from '#core/counts/counters.ts';
import { writeOutcomes } from '#core/counts/outcomes.ts';
import type { CountNote, CountOnce } from '#core/counts/ports/count-store.ts';
import type { Redirect, Versioned } from '#core/identity/versioned-store.ts';
import type { Lookup, ProfileWrite } from '#core/profile/ports/profile-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { Batch, CommitDecision, NewBatch } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { encodeState } from '#lambdas/adapters/dynamodb/item-codec.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import type { TimeToLive } from '#lambdas/adapters/memory/time-to-live.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
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

/** Delivery states, with their part of the stream of `operations`. */
export class StreamingDeliveryStateStore extends MemoryVersionedStore<DeliveryStateItem> {
  readonly #emit: Emit;
  readonly #images = new Map<IdentityKey, Image>();

  constructor(emit: Emit, ttl?: TimeToLive) {
    super(ttl);
    this.#emit = emit;
  }

  override async write(
    item: DeliveryStateItem,
    taken: readonly { readonly canonicalKey: IdentityKey; readonly version: number }[],
  ): Promise<void> {
    await super.write(item, taken);
    for (const { canonicalKey } of [item, ...taken]) await this.#emitOf(canonicalKey);
  }

  override async remove(canonicalKey: IdentityKey, read: DeliveryStateItem | Redirect): Promise<boolean> {
    const isRemoved = await super.remove(canonicalKey, read);
    if (isRemoved) await this.#emitOf(canonicalKey);
    return isRemoved;
  }

  async #emitOf(canonicalKey: IdentityKey): Promise<void> {
    const item = await this.get(canonicalKey);
    const key = operationsKey.deliveryState(canonicalKey);
    emitNext(this.#emit, this.#images, key, item && versionedImage(key, item));
  }
}

/** The books of ingestion, with the part of the stream of `operations` that batches have. */
export class StreamingOperations extends MemoryOperations {
  readonly #emit: Emit;
  readonly #images = new Map<string, Image>();

  constructor(emit: Emit) {
    super();
    this.#emit = emit;
  }

  override async openBatch(batch: NewBatch): Promise<void> {
    await super.openBatch(batch);
    await this.#emitOf(batch.id);
  }

  override async rejectFile(batch: NewBatch, rejection: Rejection): Promise<void> {
    await super.rejectFile(batch, rejection);
    await this.#emitOf(batch.id);
  }

  override async countValidated(...given: Parameters<MemoryOperations['countValidated']>) {
    const batch = await super.countValidated(...given);
    await this.#emitOf(given[0]);
    return batch;
  }

  override async decide(batchId: string, commitDecision: CommitDecision): Promise<CommitDecision> {
    const decided = await super.decide(batchId, commitDecision);
    await this.#emitOf(batchId);
    return decided;
  }

  override async completeChunk(...given: Parameters<MemoryOperations['completeChunk']>): Promise<void> {
    await super.completeChunk(...given);
    await this.#emitOf(given[0]);
  }

  override async transition(...given: Parameters<MemoryOperations['transition']>) {
    const made = await super.transition(...given);
    await this.#emitOf(given[0]);
    return made;
  }

  async #emitOf(batchId: string): Promise<void> {
    const batch = await this.batch(batchId);
    const key = operationsKey.batch(batchId);
    emitNext(this.#emit, this.#images, key, batch && batchImage(key, batch));
  }
}

/** What was counted of calls by the stream, with its part of the stream of `operations`. */
export class StreamingTallies implements CountOnce {
  readonly #emit: Emit;
  readonly #notes = new Map<string, readonly string[]>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  async commit({ marks }: CountNote, counted: Counters): Promise<readonly string[] | undefined> {
    const known = this.#notes.get(marks[0]);
    if (known) return known;
    this.#notes.set(marks[0], marks);
    const key = operationsKey.streamTally(marks[0]);
    this.#emit(change(key, undefined, { pk: { S: key }, ...stateImage({ change: counted }) }));
    return undefined;
  }

  async note({ marks }: CountNote): Promise<void> {
    if (!this.#notes.has(marks[0])) this.#notes.set(marks[0], marks);
  }
}

/** Says what has become of an item since it was said last: each change follows the one before, whoever writes meanwhile. */
function emitNext(emit: Emit, images: Map<string, Image>, key: string, newImage: Image | undefined): void {
  const oldImage = images.get(key);
  if (JSON.stringify(oldImage) === JSON.stringify(newImage)) return;
  if (newImage) images.set(key, newImage);
  else images.delete(key);
  emit({ keys: { pk: { S: key } }, ...(oldImage && { oldImage }), ...(newImage && { newImage }) });
}

/** As the adapter reads it: what was opened as state, what happened since as attributes. */
function batchImage(key: string, batch: Batch): Image {
  const { validated, validatedChunks, counts, completedChunks, commitDecision, rejection, transitions, ...opened } =
    batch;
  const { status: _status, busyUntil: _busy, ...state } = opened;
  const isWhole = commitDecision === undefined || commitDecision === 'stitch';
  const numbers = {
    validatedChunks,
    completedChunks,
    ...writeOutcomes(validated, 'validated:'),
    ...(isWhole ? writeOutcomes(counts) : {}),
    ...Object.fromEntries(Object.entries(transitions).map(([name, at]) => [`transition:${name}`, at])),
  };
  return {
    pk: { S: key },
    ...stateImage({ ...state, ...(isWhole && rejection && { rejection }) }),
    ...Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, { N: String(number) }])),
    ...(commitDecision && { commitDecision: { S: JSON.stringify(commitDecision) } }),
  };
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
  const { canonicalKey: _key, version, ...state } = item;
  return { pk: { S: key }, version: { N: String(version) }, ...stateImage(state) };
}

const pointerImage = (key: IdentityKey, redirectTo: IdentityKey): Image => ({
  pk: { S: key },
  redirectTo: { S: redirectTo },
});

/** As Lambda hands it over: binary as base64. */
function stateImage(state: object): Image {
  return { state: { B: Buffer.from(encodeState(state).state.B).toString('base64') } };
}
