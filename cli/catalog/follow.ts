import { openWorkOf } from '#cli/ingest/wait.ts';
import type { Progress } from '#cli/local/progress.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { LOCAL_STAGE, type Resources } from '#cli/stage/use-stage.ts';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { currentVersion } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { activateCatalog, applyCatalog, evaluateAll } from './activate.ts';

/** Makes a catalog the active one of the local stage. */
export type Activate = (catalog: Catalog, resources: Resources, progress: Progress) => Promise<void>;

const note = { comment: 'npm start' };

/** Asks nothing, and changes nothing else: for a stage in which nothing is yet. */
export const putInPlace: Activate = async (catalog, resources, progress) => {
  const running = (text: string): void => progress.running(text);
  progress.step(`Catalog ${await applyCatalog(catalog, resources, { stage: LOCAL_STAGE, note, running })} is active`);
};

/**
 * On a stage that runs already, under a catalog that is another than so far: what data so far does not survive is rejected,
 * and profiles and destinations are brought to what the catalog has for them, before anything is sent or waited for. So
 * is what an earlier start has left that was broken off.
 * @throws UserError when the catalog may not follow the one that is active
 */
export const followCatalog: Activate = async (catalog, resources, progress) => {
  const say = (text: string): void => progress.step(text);
  const running = (text: string): void => progress.running(text);
  const stores = storesOf(resources);
  const active = await currentVersion(stores.catalog);
  if (active === undefined) return putInPlace(catalog, resources, progress);
  if (active !== catalogVersion(catalog)) {
    const wayOut = 'Keep what is named, or begin anew with "npm start -- --fresh": the data so far are lost.';
    const how = { stage: LOCAL_STAGE, backfill: true, evaluateAlways: true, wayOut, note, say, running } as const;
    await activateCatalog(catalog, resources, how);
    return;
  }
  say(`Catalog ${active} is active, as before`);
  const { toEvaluate, toRoute } = await openWorkOf(stores, compileCatalog(catalog));
  if (toEvaluate + toRoute === 0) return;
  say('An earlier start was broken off, or time has passed: all profiles are evaluated ...');
  await evaluateAll({ resources, stores }, { say, running });
};
