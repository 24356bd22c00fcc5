import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import type { ActiveDefinitions, ChangeNote, DefinitionStore, PastActivation } from '#core/catalog/definition-store.ts';
import type { Clock } from '#core/ports/clock.ts';
import { ConflictError } from '#core/ports/conflict.ts';

/** Definitions in memory; what is put has been JSON since. */
export class MemoryDefinitionStore implements DefinitionStore {
  readonly #now: Clock;
  readonly #history: PastActivation[] = [];
  readonly #versions = new Map<string, Catalog>();
  #active: ActiveDefinitions;

  constructor(catalog: Catalog, now: Clock) {
    this.#now = now;
    this.#active = this.#put(catalog, { by: 'test' });
  }

  async active(): Promise<ActiveDefinitions> {
    return this.#active;
  }

  async replace(instead: string, catalog: Catalog, note: ChangeNote): Promise<ActiveDefinitions> {
    if (this.#active.version !== instead) throw new ConflictError('the active catalog');
    return this.#put(catalog, note);
  }

  async of(version: string): Promise<Catalog | undefined> {
    return this.#versions.get(version);
  }

  async history(limit: number): Promise<readonly PastActivation[]> {
    return this.#history.slice(0, limit);
  }

  #put(catalog: Catalog, note: ChangeNote): ActiveDefinitions {
    const [version, at] = [catalogVersion(catalog), this.#now()];
    this.#versions.set(version, catalog);
    this.#history.unshift({ version, at, ...note });
    this.#active = { version, catalog: JSON.parse(JSON.stringify(catalog)) as Catalog, activeSince: at };
    return this.#active;
  }
}
