import type { CompiledCatalog } from './compile.ts';

/** The catalog that is active. It may be another one at the next call. */
export interface CatalogPort {
  /** @throws NoCatalogError */
  current(): Promise<CompiledCatalog>;
}

export class NoCatalogError extends Error {
  constructor() {
    super('No catalog is active yet. Apply one with "tributary catalog apply"; what has arrived waits until then.');
    this.name = 'NoCatalogError';
  }
}
