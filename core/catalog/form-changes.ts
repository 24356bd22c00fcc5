import stringify from 'safe-stable-stringify';
import type { NamespaceDefinition } from '#core/identity/definition.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { namespaceSettingsOf } from '#core/identity/normal-form.ts';
import type { Catalog } from './catalog.ts';

/** What of a catalog says in which form values of identities are compared. */
export type FormSettings = Partial<Pick<Catalog, 'namespaces' | 'identitySettings'>>;

/** Codes of the namespaces of both versions of a catalog whose values are compared in another form in the later one. */
export function namespacesInAnotherForm(before: FormSettings, after: FormSettings): readonly string[] {
  const next = namespaceRegistry(after.namespaces ?? []);
  return [...namespaceRegistry(before.namespaces ?? []).values()].flatMap((namespace) => {
    const now = next.get(namespace.code);
    return now && formOf(namespace, before) !== formOf(now, after) ? [namespace.code] : [];
  });
}

function formOf(namespace: NamespaceDefinition, { identitySettings }: FormSettings): string | undefined {
  const { normalize, country } = namespaceSettingsOf(namespace, identitySettings);
  return stringify([normalize, country]);
}
