import { requestTypeOf } from '#core/activation/registry.ts';
import type { Catalog } from '../catalog.ts';
import { segmentOptions } from '../compile-people.ts';
import type { Findings, LoadedCatalog } from '../loaded.ts';
import { planOfLast, segmentWithNeeded } from '../plan-segment.ts';

/** Nobody is sent a text because of what the evaluation of everybody finds: an audience of that alone texts nobody. */
export function checkTextAudiences(loaded: LoadedCatalog, catalog: Catalog, findings: Findings): void {
  for (const destination of loaded.destinations) {
    const { definition } = destination;
    if (!definition?.enabled || requestTypeOf(definition)?.texts === undefined) continue;
    for (const [i, id] of definition.segments.entries()) {
      if (planOfLast(segmentWithNeeded(catalog, id)!, segmentOptions(catalog)).method !== 'batch') continue;
      findings.warnWithin(destination, ['segments', i], 0, `nobody in "${id}" is sent a text`, {
        expected: 'an audience that is evaluated when data comes in',
        hint: `"tributary segment plan ${id}" says why it waits for the evaluation of all profiles`,
      });
    }
  }
}
