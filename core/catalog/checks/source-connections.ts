import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type LoadedCatalog } from '../loaded.ts';

/** Source connections send records of datasets that there are. */
export function checkSourceConnections(catalog: LoadedCatalog, findings: Findings): void {
  const ids = idsOf(catalog.datasets);
  for (const loaded of catalog['source-connections']) {
    for (const [i, id] of (loaded.definition?.datasets ?? []).entries()) {
      if (ids.has(id)) continue;
      findings.at(loaded, ['datasets', i], `unknown dataset "${id}"`, { hint: didYouMean(id, ids) });
    }
  }
}
