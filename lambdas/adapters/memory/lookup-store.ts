import { ConflictError } from '#core/ports/conflict.ts';
import type { LookupItem, LookupStore } from '#core/profile/ports/lookup-store.ts';

/** Records of other entities in memory, with the same condition as the table has. */
export class MemoryLookupStore implements LookupStore {
  readonly #entities = new Map<string, Map<string, LookupItem>>();

  async get(entity: string, keys: readonly string[]): Promise<ReadonlyMap<string, LookupItem>> {
    const items = this.#entities.get(entity);
    return new Map(keys.flatMap((key) => (items?.has(key) ? [[key, items.get(key)!] as const] : [])));
  }

  async write(item: LookupItem): Promise<void> {
    const items = this.#entities.get(item.entity) ?? new Map<string, LookupItem>();
    if ((items.get(item.key)?.revision ?? 0) !== item.revision) throw new ConflictError('a lookup record');
    this.#entities.set(item.entity, items.set(item.key, { ...item, revision: item.revision + 1 }));
  }
}
