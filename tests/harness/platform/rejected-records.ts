import type { Caller } from '#core/api/management/caller.ts';
import { createRouter } from '#core/api/management/router.ts';
import type { RejectedRecordsDeps } from '#core/api/rejected-records/deps.ts';
import { REJECTED_RECORD_ROUTES } from '#core/api/rejected-records/routes.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { replayInto } from '#tests/harness/core/count-store.memory.ts';
import { MemoryReadLog } from '#tests/harness/core/read-log.memory.ts';
import { ANYBODY, callOf } from '#tests/harness/management/management.ts';
import type { Platform } from './platform.ts';

const router = createRouter<RejectedRecordsDeps>(REJECTED_RECORD_ROUTES);

/** The API of rejected records before a platform, and the calls of its clients. */
export function createRejectedRecords(
  { stores, poller }: Platform,
  catalog: CompiledCatalog,
  intercept: <T extends object>(port: T) => T = (port) => port,
) {
  const readLog = new MemoryReadLog();
  let [ids, caller] = [0, ANYBODY];
  const { profiles, timeline, lookups } = stores;
  const deps: RejectedRecordsDeps = {
    callers: { callerOf: async () => caller },
    catalog: { current: async () => catalog },
    quarantine: intercept(stores.quarantine),
    lake: intercept(stores.lake),
    operations: stores.operations,
    countReplay: replayInto(stores.counts),
    stitch: { profiles, timeline, lookups, backoff: async () => {} },
    suppression: () => SUPPRESS_NOBODY,
    readLog,
    now: poller.clock.now,
    newId: () => `read-${ids++}`,
  };
  return {
    call: async (method: string, address: string, body?: unknown) => {
      const {
        status,
        headers = {},
        body: said,
      } = await router.answer(callOf(method, `/tributary/data${address}`, body), deps);
      // biome-ignore lint/suspicious/noExplicitAny: whatever the API says; tests look at what they expect in it
      return { status, headers, body: said as any };
    },
    deps,
    actAs: (other: Caller) => {
      caller = other;
    },
    /** Audit records so far. */
    reads: () => Array.fromAsync(readLog.reads({ since: 0, until: Number.MAX_SAFE_INTEGER })),
  };
}
