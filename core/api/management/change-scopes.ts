import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { DefinitionChange } from '#core/catalog/definition-changes.ts';
import type { Kind } from '#core/catalog/loaded.ts';
import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import { type Caller, mayDo, mayDoSome, type Scope } from './caller.ts';

/** Which scope it takes to change definitions of a kind. */
const SCOPE_OF: Readonly<Record<Exclude<Kind, 'destinations' | 'activities'>, Scope>> = {
  namespaces: 'govern',
  'identity-settings': 'govern',
  'evaluation-settings': 'admin',
  schemas: 'schema:write',
  'schema-parts': 'schema:write',
  datasets: 'schema:write',
  'source-connections': 'admin',
  datastreams: 'admin',
  'merge-policies': 'govern',
  segments: 'audience:write',
  labels: 'govern',
  policies: 'govern',
  'consent-policies': 'govern',
};

/** A scope that a change needs, with what it is narrowed to. */
export interface NeededScope {
  readonly scope: Scope;
  readonly qualifier?: string;
}

/** Which scopes it takes to make a change of a definition: all of them. */
export function scopesOfChange({ before, after }: DefinitionChange): readonly NeededScope[] {
  const { kind, name } = (after ?? before)!;
  if (kind === 'activities') return [{ scope: contentScope(before?.definition, after?.definition) }];
  if (kind !== 'destinations') return [{ scope: SCOPE_OF[kind] }];
  return destinationScopes(name, before?.definition as Destination, after?.definition as Destination);
}

type Destination = DestinationDefinition | undefined;

/** What nobody sees is a draft, before and after. */
function contentScope(...states: readonly (object | undefined)[]): Scope {
  const isSeen = states.some((one) => (one as ActivityDefinition | undefined)?.lifecycleState === 'published');
  return isSeen ? 'content:publish' : 'content:write';
}

/** What is sent is a matter of its own: who may activate audiences need not be allowed to change destinations, nor the other way round. */
function destinationScopes(name: string, before: Destination, after: Destination): NeededScope[] {
  const rest = (one: Destination): string => JSON.stringify(one && { ...one, segments: [], enabled: true });
  const sent = (one: Destination): string =>
    JSON.stringify(one?.enabled === false ? [] : [...(one?.segments ?? [])].sort());
  const isActivation = after !== undefined && sent(before) !== sent(after);
  return [
    ...(rest(before) === rest(after) ? [] : [{ scope: 'destination:write' } as const]),
    ...(isActivation ? [{ scope: 'activate', qualifier: name } as const] : []),
  ];
}

/** The first scope that a caller lacks for changes, as it would have to be granted. */
export function scopeLacking(changes: readonly DefinitionChange[], caller: Caller): string | undefined {
  const [lacking] = scopesLacking(changes, caller);
  return lacking && (lacking.qualifier === undefined ? lacking.scope : `${lacking.scope}:${lacking.qualifier}`);
}

/** The scopes that a caller lacks for changes. */
export const scopesLacking = (changes: readonly DefinitionChange[], caller: Caller): NeededScope[] =>
  changes.flatMap(scopesOfChange).filter(({ scope, qualifier }) => !has(caller, scope, qualifier));

/** Whoever may publish may draft. */
const has = (caller: Caller, scope: Scope, qualifier: string | undefined): boolean =>
  (scope === 'content:write' && mayDoSome(caller, 'content:publish')) ||
  (qualifier === undefined ? mayDoSome(caller, scope) : mayDo(caller, scope, qualifier));
