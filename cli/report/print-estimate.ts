import type { AudienceImpact } from '#core/catalog/audience-impact.ts';
import { type BreakingChange, countBreaking, renderBreakingChange } from '#core/catalog/evolution.ts';
import type { Remains } from '#core/revert/dataset/remains.ts';
import type { Estimate } from '#core/segmentation/estimate.ts';
import { table } from './table.ts';

const shown = (value: number): string => value.toLocaleString('en-US');

/** An estimate in a sentence. */
export function printEstimate({ count, low, high, sampled, total }: Estimate): string {
  if (sampled === total) return `${shown(count)} of ${shown(total)} people. All of them were evaluated.\n`;
  const range = `between ${shown(low)} and ${shown(high)} with 95 % confidence`;
  return `About ${shown(count)} of ${shown(total)} people, ${range}. ${shown(sampled)} were evaluated.\n`;
}

/** What datasets leave behind that leave the catalog, and what to do about it. */
export const printRemains = (remains: readonly Remains[]): string => remains.map(printRemainsOf).join('');

function printRemainsOf({ dataset, profiles, lake }: Remains): string {
  const leaves = `Dataset "${dataset}" leaves the catalog`;
  if (profiles === 0 && lake.objects === 0) return `${leaves}: nothing is stored of it.\n`;
  const inLake = `${shown(lake.objects)} object${lake.objects === 1 ? '' : 's'} (${megabytes(lake.bytes)})`;
  return `${leaves}: ${shown(profiles)} profile${profiles === 1 ? '' : 's'} contain data of it, and the lake ${inLake}.
    From then on its attributes and events count in no profile, audience or destination; links that it asserted stay.
    Its data stay stored until: tributary dataset delete ${dataset}
    If the dataset returns before that, the stored data count again.
`;
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** What a change of the catalog moves, as a table, what datasets leave behind, and what of it is rejected. */
export function printAudienceImpact(
  { profileCount, segments }: AudienceImpact,
  breaking: readonly BreakingChange[],
  remains: readonly Remains[] = [],
): string {
  const rows = segments.map(({ id, change, members, entered, left }) => [id, change, entered, left, members]);
  const left = remains.length === 0 ? '' : `\n${printRemains(remains)}`;
  const impact =
    segments.length === 0
      ? `Of ${shown(profileCount)} people, nobody enters or leaves an audience.\n`
      : `${table(['audience', 'change', 'enter', 'leave', 'members then'], rows)}\n\n${shown(profileCount)} people were evaluated; nothing was changed.\n`;
  if (breaking.length === 0) return `${impact}${left}`;
  const lines = breaking.map(renderBreakingChange).join('\n');
  const rejected = `${countBreaking(breaking)}; \`catalog apply\` rejects ${breaking.length === 1 ? 'it' : 'them'}`;
  return `${impact}${left}\n${lines}\n${rejected}. On a stage whose data may be lost, add --allow-breaking there.\n`;
}
