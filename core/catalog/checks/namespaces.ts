import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import type { Path } from '../source-file.ts';

/** The codes of all namespaces, the standard ones included. */
export function namespaceCodes(catalog: LoadedCatalog): ReadonlySet<string> {
  return new Set([...idsOf(catalog.namespaces), ...STANDARD_NAMESPACES.map(({ code }) => code)]);
}

/** Complains about a code that is no namespace. */
export function expectNamespace(
  code: string,
  known: ReadonlySet<string>,
  loaded: Loaded<unknown>,
  path: Path,
  findings: Findings,
): void {
  if (known.has(code)) return;
  const hint = didYouMean(code, known) ?? `define it in namespaces/, or use one of ${[...known].join(', ')}`;
  findings.at(loaded, path, `unknown namespace "${code}"`, { hint });
}
