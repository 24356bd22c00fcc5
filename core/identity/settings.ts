import type { IdentitySettings } from './definition.ts';

export interface CompiledIdentitySettings extends IdentitySettings {
  /** 1 is the strongest namespace; a namespace that nobody knows comes after all others. */
  rank(namespace: string): number;
  isUnique(namespace: string): boolean;
  isBlocked(namespace: string): boolean;
}

/** What putting identities in the order of their strength needs of the catalog. */
export interface NamespaceRanks {
  readonly identitySettings: Pick<CompiledIdentitySettings, 'rank'>;
}
