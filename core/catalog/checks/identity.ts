import type { IdentitySettings, NamespaceDefinition } from '#core/identity/definition.ts';
import { classOf, isNeverLinked, NAMESPACE_CLASSES, namespaceRegistry } from '#core/identity/namespaces.ts';
import type { Findings, Loaded, LoadedCatalog } from '../loaded.ts';
import type { Path } from '../source-file.ts';
import { expectNamespace, namespaceCodes } from './namespaces.ts';

type Registry = ReadonlyMap<string, NamespaceDefinition>;

/**
 * Identity settings name namespaces that exist, each once; those of people outrank those of devices, and these outrank
 * cookies; what never joins a graph is not unique in one (aep.md §3.1, §3.4).
 */
export function checkIdentity(catalog: LoadedCatalog, findings: Findings): void {
  const known = namespaceCodes(catalog);
  const registry = namespaceRegistry(catalog.namespaces.flatMap(({ definition }) => definition ?? []));
  for (const namespace of catalog.namespaces) {
    const { country, normalize } = namespace.definition ?? {};
    if (country !== undefined) expectPhone(normalize, namespace, ['country'], findings);
  }
  for (const settings of catalog['identity-settings']) {
    checkCodes(settings, known, findings);
    checkForms(settings, known, registry, findings);
    checkOrder(settings, registry, findings);
    checkUnique(settings, registry, findings);
  }
}

function checkCodes(settings: Loaded<IdentitySettings>, known: ReadonlySet<string>, findings: Findings): void {
  for (const key of ['namespacePriority', 'uniqueNamespaces', 'blockedNamespaces'] as const) {
    const seen = new Set<string>();
    for (const [i, code] of settings.definition?.[key].entries() ?? []) {
      expectNamespace(code, known, settings, [key, i], findings);
      if (seen.has(code)) findings.at(settings, [key, i], `"${code}" is in "${key}" twice`);
      seen.add(code);
    }
  }
}

/** What is said of single namespaces. */
function checkForms(
  settings: Loaded<IdentitySettings>,
  known: ReadonlySet<string>,
  registry: Registry,
  findings: Findings,
): void {
  for (const [code, { country, normalize }] of Object.entries(settings.definition?.namespaces ?? {})) {
    const path = ['namespaces', code];
    expectNamespace(code, known, settings, path, findings);
    const form = normalize ?? registry.get(code)?.normalize;
    if (country !== undefined) expectPhone(form, settings, [...path, 'country'], findings);
  }
}

/** Only telephone numbers are of a country. */
function expectPhone(
  normalize: NamespaceDefinition['normalize'],
  loaded: Loaded<unknown>,
  path: Path,
  findings: Findings,
): void {
  if (normalize === 'phone') return;
  findings.at(loaded, path, '"country" has no effect here', { expected: '"normalize: phone" beside it' });
}

function checkOrder(settings: Loaded<IdentitySettings>, registry: Registry, findings: Findings): void {
  const given = settings.definition?.namespacePriority ?? [];
  let weakest = { code: '', rank: 0 };
  for (const [i, code] of given.entries()) {
    const namespace = registry.get(code);
    if (!namespace || given.indexOf(code) < i) continue;
    const rank = classOf(namespace.idType);
    if (rank >= weakest.rank) {
      weakest = { code, rank };
      continue;
    }
    findings.at(settings, ['namespacePriority', i], `"${code}" (${namespace.idType}) comes after "${weakest.code}"`, {
      expected: `namespaces in the order ${NAMESPACE_CLASSES.join(', ')}`,
      hint: `move "${code}" before "${weakest.code}"`,
    });
  }
}

function checkUnique(settings: Loaded<IdentitySettings>, registry: Registry, findings: Findings): void {
  for (const [i, code] of settings.definition?.uniqueNamespaces.entries() ?? []) {
    const idType = registry.get(code)?.idType;
    if (!idType || !isNeverLinked(idType)) continue;
    const hint = 'omit it, or give the namespace the type of what it identifies';
    findings.at(settings, ['uniqueNamespaces', i], `"${code}" is ${idType} and never joins a graph`, { hint });
  }
}
