import type { ReplayResult } from '#cli/replay/replay.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { marketing, sections, whyNot } from './print-stage.ts';
import { table } from './table.ts';

/** The result of a replay for people. */
export function printReplay(result: ReplayResult, catalog: CompiledCatalog): string {
  const { accepted, rejected, duplicate } = result.records;
  const why = whyNot(result);
  const records = table(['accepted', 'rejected', 'duplicate', 'why'], [[accepted, rejected, duplicate, why]]);
  return sections([['Records', records], ...marketing(result, catalog)]);
}
