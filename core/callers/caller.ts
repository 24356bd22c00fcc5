import { parseScope, type Scope } from '#core/contract/scopes.ts';

/** Who calls: known by a token, a signature of AWS or the key of a source connection. */
export interface Caller {
  /** Of the client, the person at their issuer, the principal of AWS, or the source connection. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly kind: 'client' | 'person' | 'aws' | 'connection';
  /** As they are granted: `ingest:crm`, `profile:read`. */
  readonly scopes: readonly string[];
}

/**
 * Whether a caller may do what a scope allows.
 * @param qualifier the dataset, label or destination that it is done with; without it, all of them
 */
export const mayDo = ({ scopes }: Pick<Caller, 'scopes'>, scope: Scope, qualifier?: string): boolean =>
  scopes.some((text) => {
    const granted = parseScope(text);
    if (granted?.scope !== scope) return false;
    return granted.qualifier === undefined || granted.qualifier === qualifier;
  });

/** Whether a caller may do it with one dataset, label or destination at least: with which, is to be asked of each. */
export const mayDoSome = ({ scopes }: Pick<Caller, 'scopes'>, scope: Scope): boolean =>
  scopes.some((text) => parseScope(text)?.scope === scope);
