import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { Caller } from '#core/api/management/caller.ts';
import { createRouter } from '#core/api/management/router.ts';
import type { PeopleDeps } from '#core/api/people/deps.ts';
import { createEraser } from '#core/api/people/eraser.ts';
import { PEOPLE_ROUTES } from '#core/api/people/routes.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { createDigests } from '#core/governance/suppression.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { evaluate } from '#core/segmentation/evaluate.ts';
import { MemoryDefinitionStore } from '#lambdas/adapters/memory/definition-store.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemorySuppressions } from '#lambdas/adapters/memory/suppressions.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { NO_CALLERS } from '#tests/harness/core/callers.ts';
import { MemoryGuardStore } from '#tests/harness/core/guard.memory.ts';
import { MemoryReadLog } from '#tests/harness/core/read-log.memory.ts';
import { ANYBODY, callOf, NOW } from './management.ts';

const router = createRouter<PeopleDeps>(PEOPLE_ROUTES);

/** What the function of people needs, in memory. */
export function peopleDeps(catalog: Catalog) {
  let ids = 0;
  const compiled = compileCatalog(catalog);
  const notes = new Map<string, object>();
  const stores = {
    catalog: { current: async () => compiled },
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
    erasures: new MemoryErasures(),
    backoff: async () => {},
    now: () => NOW,
  };
  return {
    ...stores,
    erase: createEraser({ ...stores, suppressions: new MemorySuppressions(), suppressionKey: async () => 'the key' }),
    notes: {
      put: async (id: string, value: object) => void notes.set(id, value),
      get: async (id: string) => notes.get(id),
    },
    memberships: new MemoryMembershipStore(),
    lookups: new MemoryLookupStore(),
    guards: new MemoryGuardStore(),
    definitions: new MemoryDefinitionStore(catalog, () => NOW),
    readLog: new MemoryReadLog(),
    digests: async (settings) => createDigests('the audit key', settings),
    referenceSecret: async () => 'the reference key',
    callers: NO_CALLERS,
    newId: () => `read-${String(ids++).padStart(4, '0')}`,
  } satisfies PeopleDeps;
}

/** People over HTTP in memory, and the calls of those who look at them. */
export function createPeople(catalog: Catalog) {
  const stores = peopleDeps(catalog);
  let caller: Caller = ANYBODY;
  const deps: PeopleDeps = { ...stores, callers: { callerOf: async () => caller } };
  const call = async (method: string, address: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await router.answer(callOf(method, address, body, headers), deps);
    // biome-ignore lint/suspicious/noExplicitAny: whatever the host says; tests look at what they expect in it
    return { status: answer.status, body: answer.body as any };
  };
  return {
    call,
    stores,
    actAs: (scopes: readonly string[]) => {
      caller = { ...ANYBODY, scopes };
    },
    /** What a stage does with records, from stitching to memberships. */
    ingest: async (records: readonly AcceptedRecord[]) => {
      const compiled = compileCatalog(catalog);
      const settings = stageSettings(compiled);
      const common = { profiles: stores.profiles, backoff: async () => {} };
      await stitch(records, { ...common, timeline: stores.timeline, settings: settings.fold });
      for await (const { canonicalKey } of stores.profiles.scan()) {
        const evaluating = { ...common, memberships: stores.memberships, settings: settings.evaluation };
        await evaluate(canonicalKey, { ...evaluating, now: () => NOW });
      }
    },
    referenceOf: async (namespace: string, value: string): Promise<string> => {
      const { body } = await call('POST', '/tributary/profiles/search', { namespace, value });
      return body.profiles[0].reference;
    },
    reads: () => Array.fromAsync(stores.readLog.reads({ since: 0, until: NOW + 1 })),
  };
}
