import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { isLookupSchema } from '#core/schema/descriptors.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Activation } from '#lambdas/adapters/dynamodb/catalog-store.ts';

/** No worker that has read the catalog before it changed runs for longer. */
const IN_HAND_MS = 15 * 60_000;

export interface Known {
  /** The newest first. */
  readonly activations: readonly Activation[];
  definitionsOf(version: string): Promise<Catalog | undefined>;
  /** Whether the lake, the quarantine or the landing bucket has something of the dataset. */
  hasObjects(): Promise<boolean>;
}

/**
 * Makes sure that a dataset can be deleted: that it has left the active catalog, that nobody has records of it in hand any
 * more, and that there is such a dataset.
 * @param isForced whether it does not matter how long ago it left
 * @throws UserError saying what to do first
 */
export async function checkLeft(
  id: string,
  active: Catalog,
  known: Known,
  now: number,
  isForced: boolean,
): Promise<void> {
  if (active.datasets.some((dataset) => dataset.id === id)) {
    throw new UserError(
      `Dataset "${id}" is in the active catalog. Remove its file from datasets/, check the effect with "tributary catalog plan", apply the catalog, then delete the dataset.`,
    );
  }
  const last = await lastVersionWith(id, known);
  if (!last && !(await known.hasObjects())) {
    const ids = active.datasets.map((dataset) => dataset.id);
    const hint = didYouMean(id, ids) ?? 'its name is that of its folder in the lake: dataset=<id>/';
    throw new UserError(`There is no dataset "${id}": ${hint}`);
  }
  if (last && isLookup(id, last.catalog)) {
    throw new UserError(
      `Dataset "${id}" is a lookup dataset: its records are stored by key, together with those of other datasets of its schema. Restore it in the catalog, send records with operation "delete" for its keys, then remove it for good.`,
    );
  }
  const until = last?.leftAt === undefined ? 0 : last.leftAt + IN_HAND_MS;
  if (!isForced && now < until) {
    throw new UserError(
      `Dataset "${id}" has left the catalog only at ${new Date(last!.leftAt!).toISOString()}: workers may have records of it in hand until ${new Date(until).toISOString()}. Delete it then; or now with --now, and once more then.`,
    );
  }
}

/** The newest version that had the dataset, and when the next one took its place, in epoch ms. */
async function lastVersionWith(id: string, { activations, definitionsOf }: Known) {
  for (const [i, { version }] of activations.entries()) {
    const catalog = await definitionsOf(version);
    if (catalog?.datasets.some((dataset) => dataset.id === id)) return { catalog, leftAt: activations[i - 1]?.at };
  }
  return undefined;
}

function isLookup(id: string, { datasets, schemas }: Catalog): boolean {
  const schemaId = datasets.find((dataset) => dataset.id === id)?.schemaRef.id;
  const schema = schemas.find(({ $id }) => $id === schemaId);
  return schema !== undefined && isLookupSchema(schema);
}
