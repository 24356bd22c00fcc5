import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';

/** Source connections send records of datasets that there are, and a raw record on the stream belongs to one of them. */
export function checkSourceConnections(catalog: LoadedCatalog, findings: Findings): void {
  const ids = idsOf(catalog.datasets);
  for (const loaded of catalog['source-connections']) {
    for (const { path, id } of datasetsNamedBy(loaded.definition)) {
      if (!ids.has(id)) findings.at(loaded, path, `unknown dataset "${id}"`, { hint: didYouMean(id, ids) });
    }
  }
  for (const format of ['json', 'cloudevents'] as const)
    rejectSecondTakers(catalog['source-connections'], format, findings);
}

function datasetsNamedBy(connection: SourceConnectionDefinition | undefined) {
  const { datasets = [], dataset, rules = [] } = connection ?? {};
  return [
    ...datasets.map((id, i) => ({ path: ['datasets', i], id })),
    ...(dataset === undefined ? [] : [{ path: ['dataset'], id: dataset }]),
    ...rules.map((rule, i) => ({ path: ['rules', i, 'dataset'], id: rule.dataset })),
  ];
}

/** Of two that take all raw records of one format, the second would never get one. */
function rejectSecondTakers(
  connections: readonly Loaded<SourceConnectionDefinition>[],
  format: SourceConnectionDefinition['format'],
  findings: Findings,
): void {
  const takers = connections.filter(({ definition }) => definition?.format === format && definition?.kinesis === true);
  for (const loaded of takers.slice(1)) {
    const first = takers[0]!.definition!.id;
    findings.at(loaded, ['kinesis'], `"${first}" takes all raw records of format ${format} on the stream already`, {
      hint: 'give one of them a "match"',
    });
  }
}
