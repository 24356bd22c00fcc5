import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { datasetFolder } from '#core/record/partition.ts';
import { holds } from './items.ts';

/** What is stored of a dataset. */
export interface Remains {
  readonly dataset: string;
  /** Items that hold an attribute, an event that segments look at, or a link of it: nearly always one person each. */
  readonly profiles: number;
  /** Of accepted records. */
  readonly lake: { readonly objects: number; readonly bytes: number };
}

/** What datasets leave behind when they leave the catalog. Reads every profile item once, and lists their objects. */
export async function remainsOf(
  datasets: readonly string[],
  { profiles, lake }: { readonly profiles: Pick<ProfileStore, 'scan'>; readonly lake: Pick<ObjectStore, 'entries'> },
): Promise<Remains[]> {
  if (datasets.length === 0) return [];
  const counts = new Map(datasets.map((dataset) => [dataset, 0]));
  for await (const item of profiles.scan()) {
    for (const [dataset, count] of counts) if (holds(item, dataset)) counts.set(dataset, count + 1);
  }
  const remains: Remains[] = [];
  for (const dataset of [...datasets].sort()) {
    const sizes: number[] = [];
    for await (const { size } of lake.entries(datasetFolder(dataset))) sizes.push(size);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    remains.push({ dataset, profiles: counts.get(dataset)!, lake: { objects: sizes.length, bytes } });
  }
  return remains;
}
