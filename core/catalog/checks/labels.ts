import { isAssignment, type LabelAssignment } from '#core/governance/definition.ts';
import { CORE_LABELS, knownLabels } from '#core/governance/labels.ts';
import { lookUp } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import type { Path } from '../source-file.ts';
import { schemasById, treeOfSchema } from './union.ts';

/** Labels exist, and are put on datasets, schemas and fields that exist. */
export function checkLabels(catalog: LoadedCatalog, findings: Findings): void {
  const known = labelsOf(catalog);
  for (const loaded of catalog.labels) {
    const { definition } = loaded;
    if (!definition) continue;
    if (!isAssignment(definition)) {
      if (CORE_LABELS.includes(definition.name)) {
        findings.at(loaded, ['name'], `the label "${definition.name}" is built in`, { hint: 'leave it out' });
      }
      continue;
    }
    for (const [i, label] of definition.labels.entries()) expectLabel(label, known, loaded, ['labels', i], findings);
    for (const [path, labels] of Object.entries(definition.fields)) {
      for (const [i, label] of labels.entries()) expectLabel(label, known, loaded, ['fields', path, i], findings);
    }
    checkFields(loaded, definition, catalog, findings);
  }
}

/** The names of all labels that a catalog knows: those that are built in, and its own. */
export const labelsOf = (catalog: LoadedCatalog): ReadonlySet<string> =>
  knownLabels(catalog.labels.flatMap(({ definition }) => definition ?? []));

/** Complains about a label that nobody has defined. */
export function expectLabel(
  label: string,
  known: ReadonlySet<string>,
  loaded: Loaded<unknown>,
  path: Path,
  findings: Findings,
): void {
  if (known.has(label)) return;
  const hint = didYouMean(label, known) ?? 'define it in labels/, with its "name"';
  findings.at(loaded, path, `unknown label "${label}"`, { hint });
}

function checkFields(
  loaded: Loaded<unknown>,
  { dataset, schema, fields }: LabelAssignment,
  catalog: LoadedCatalog,
  findings: Findings,
): void {
  const datasets = catalog.datasets.filter(({ id }) => id === dataset);
  if (dataset !== undefined && datasets.length === 0) {
    const ids = idsOf(catalog.datasets);
    findings.at(loaded, ['dataset'], `unknown dataset "${dataset}"`, { hint: didYouMean(dataset, ids) });
  }
  const byId = schemasById(catalog);
  const ids = idsOf(catalog.schemas);
  if (schema !== undefined && !ids.has(schema)) {
    findings.at(loaded, ['schema'], `unknown schema "${schema}"`, { hint: didYouMean(schema, ids) });
  }
  const definition = byId.get(schema ?? datasets[0]?.definition?.schemaRef.id ?? '');
  if (!definition) return;
  const tree = treeOfSchema(definition, byId);
  for (const path of Object.keys(fields)) {
    const found = lookUp(tree, path.split('.'));
    if (found.known) continue;
    const hint = didYouMean(found.missing.split('.').at(-1)!, found.names);
    findings.atKey(loaded, ['fields', path], `"${path}" is not a field of the schema ${definition.$id}`, { hint });
  }
}
