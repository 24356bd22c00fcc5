import type { Moves } from '#core/catalog/moves.ts';
import type { Estimate } from '#core/segmentation/estimate.ts';
import { table } from './table.ts';

const shown = (value: number): string => value.toLocaleString('en-US');

/** An estimate in a sentence. */
export function printEstimate({ count, low, high, sampled, total }: Estimate): string {
  if (sampled === total) return `${shown(count)} of ${shown(total)} people. All of them were looked at.\n`;
  const range = `between ${shown(low)} and ${shown(high)} with 95 % confidence`;
  return `About ${shown(count)} of ${shown(total)} people, ${range}. ${shown(sampled)} were looked at.\n`;
}

/** What a change of the catalog moves, as a table. */
export function printMoves({ people, segments }: Moves): string {
  if (segments.length === 0) return `Of ${shown(people)} people, nobody enters or leaves an audience.\n`;
  const rows = segments.map(({ id, change, members, entered, left }) => [id, change, entered, left, members]);
  return `${table(['audience', 'change', 'enter', 'leave', 'members then'], rows)}\n\n${shown(people)} people were looked at; nothing was changed.\n`;
}
