import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import { EXPERIENCE_EVENT_CLASS } from '#core/schema/definition.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import { checkMapping } from './mappings.ts';
import { schemasById, treeOfSchema } from './union.ts';

/** Datasets have a schema, and their mappings fill fields it has, with what it wants there. */
export function checkDatasets(catalog: LoadedCatalog, findings: Findings): void {
  const ids = idsOf(catalog.schemas);
  const byId = schemasById(catalog);
  for (const loaded of catalog.datasets) {
    const { definition } = loaded;
    if (!definition) continue;
    checkTags(loaded, definition, findings);
    const { id } = definition.schemaRef;
    if (!ids.has(id)) {
      const isPart = catalog.parts.some((part) => part.id === id);
      const hint = isPart
        ? 'it has no class: give it "meta:class", or name the schema it is part of'
        : didYouMean(id, ids);
      findings.at(loaded, ['schemaRef', 'id'], `unknown schema "${id}"`, { hint });
    }
    const schema = byId.get(id);
    if (schema && definition.onConflict && schema['meta:class'] !== EXPERIENCE_EVENT_CLASS) {
      findings.at(loaded, ['onConflict'], 'only events are amended: of other records the latest counts anyway', {
        expected: 'a schema of the class experienceevent',
      });
    }
    if (schema && definition.mapping)
      checkMapping(loaded, definition.mapping, schema, treeOfSchema(schema, byId), findings);
  }
}

const TAG_VALUES: Record<string, readonly string[]> = {
  unifiedProfile: ['enabled:true', 'enabled:false', 'isUpsert:true', 'isUpsert:false'],
  unifiedIdentity: ['enabled:true', 'enabled:false'],
};

function checkTags(loaded: Loaded<unknown>, { tags }: DatasetDefinition, findings: Findings): void {
  for (const [tag, values] of Object.entries(tags)) {
    const known = TAG_VALUES[tag] ?? [];
    for (const [i, value] of values.entries()) {
      if (known.includes(value)) continue;
      const more = { expected: `one of ${known.join(', ')}`, hint: didYouMean(value, known) };
      findings.at(loaded, ['tags', tag, i], `"${value}" means nothing here`, more);
    }
  }
}
