import type { ReplayResult } from '#cli/replay/replay.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { marketing, sections } from './print-stage.ts';
import { table, tally } from './table.ts';

/** The result of a replay for people. */
export function printReplay(result: ReplayResult, catalog: CompiledCatalog): string {
  const { accepted, refused, duplicate } = result.records;
  const why = [tally(result.refusals), tally(result.withoutProfile)].filter((text) => text !== '').join('; ');
  const records = table(['accepted', 'refused', 'duplicate', 'why'], [[accepted, refused, duplicate, why]]);
  return sections([['Records', records], ...marketing(result, catalog)]);
}
