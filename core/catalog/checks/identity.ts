import type { Findings, LoadedCatalog } from '../loaded.ts';
import { expectNamespace, namespaceCodes } from './namespaces.ts';

/** Identity settings name namespaces that exist, each once (aep.md §3.4). */
export function checkIdentity(catalog: LoadedCatalog, findings: Findings): void {
  const known = namespaceCodes(catalog);
  for (const settings of catalog['identity-settings']) {
    for (const key of ['namespacePriority', 'uniqueNamespaces'] as const) {
      const seen = new Set<string>();
      for (const [i, code] of settings.definition?.[key].entries() ?? []) {
        expectNamespace(code, known, settings, [key, i], findings);
        if (seen.has(code)) findings.at(settings, [key, i], `"${code}" is in "${key}" twice`);
        seen.add(code);
      }
    }
  }
}
