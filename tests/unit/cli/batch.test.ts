import { beforeAll, describe, expect, it } from 'vitest';
import { batchReport, waitForRevert } from '#cli/batch/wait-for-revert.ts';
import { type Fed, versionOf } from '#cli/ingest/ingest.ts';
import { waitForBatches } from '#cli/ingest/wait-for-batches.ts';
import { printBatch, printBatches, whereToGoOn } from '#cli/report/print-batches.ts';
import { recordReport } from '#cli/report/stage-report.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import { reportBatch } from '#core/api/batch/batch-report.ts';
import { findBatch } from '#core/api/batch/known-batch.ts';
import { findBatches } from '#core/api/batch/list-batches.ts';
import { revertBatch } from '#core/api/batch/reverts.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { CONNECTIONS, createBatchApi } from '#tests/harness/platform/batch-api.ts';
import { addToCart, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const LISTING = { limit: 20, start: 0, isOldestFirst: false };
const carts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => JSON.stringify(addToCart(from + i, START - 1_000)));

describe('tributary batch', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: CONNECTIONS });
    wiring = readWiring(templatesOf('prod'));
  });

  function stage() {
    const api = createBatchApi({ wiring, catalog, start: START });
    const { stores, poller } = api.platform;
    const list = async (more: object = {}) =>
      (await findBatches({ ...LISTING, ...more }, () => true, stores, 100)).map((known) => reportBatch(known));
    const revert = async (id: string) => {
      const reverts = {
        send: async (all: readonly object[]) =>
          all.forEach((one) => void poller.queue('reverts').send(JSON.stringify(one))),
      };
      return revertBatch((await findBatch(id, stores))!, catalog.datasets, {
        ...stores,
        reverts,
        now: poller.clock.now,
      });
    };
    const next = (): void => poller.clock.advanceBy(1_000);
    return { ...api, stores, list, revert, next };
  }

  it('lists what came by the batch API and what came as files, the newest first, whatever became of it', async () => {
    const { create, put, complete, announce, call, platform, list, next } = stage();
    const open = await create();
    next();
    const given = await create('customers');
    await call('POST', `/batches/${given}?action=ABORT`);
    next();
    await platform.upload('landing/web-events/night.json', carts(0, 3).join('\n'));
    next();
    await platform.upload('landing/web-events/broken.xml', 'x');
    next();
    const taken = await create();
    await put(taken, 'a.json', carts(3, 5).join('\n'));
    await complete(taken);
    await announce(taken);
    await platform.poller.run();
    const listed = await list();
    expect(listed.map(({ status, dataset, file, counts }) => [status, dataset, file, counts?.accepted])).toEqual([
      ['success', 'web-events', `landing/web-events/${taken}.tributary-batch`, 2],
      ['failed', 'web-events', 'landing/web-events/broken.xml', 0],
      ['success', 'web-events', 'landing/web-events/night.json', 3],
      ['aborted', 'customers', undefined, undefined],
      ['loading', 'web-events', undefined, undefined],
    ]);
    expect(listed.map(({ id }) => id)).toEqual([taken, listed[1]!.id, listed[2]!.id, given, open]);
    expect((await list({ dataSet: 'customers' })).map(({ id }) => id)).toEqual([given]);
    expect((await list({ status: 'success', limit: 1 })).map(({ id }) => id)).toEqual([taken]);
    expect((await list({ createdAfter: START, createdBefore: START + 3_000 })).map(({ id }) => id)).toEqual([
      listed[2]!.id,
      given,
    ]);
    const text = printBatches(listed);
    expect(text).toMatch(/^ {2}batch +status +dataset +created +accepted +rejected +duplicate +file\n/);
    expect(text).toMatch(/failed +web-events +2026-03-01T10:00:03 +0 +1 +0 +broken\.xml\n/);
    expect(printBatches([])).toContain('no such batch');
    const over = (await call('GET', '/batches?limit=100')).body;
    expect(Object.keys(over), 'as the API lists them').toEqual(listed.map(({ id }) => id));
  });

  it('is waited for by who has uploaded its files, until each has ended one way or the other', async () => {
    const { platform, stores } = stage();
    const uploadOf = async (name: string, text: string): Promise<Fed> => {
      const key = `landing/web-events/${name}`;
      await platform.upload(key, text);
      const fed = { file: { path: name, name, datasetId: 'web-events', dataset: undefined }, key };
      return {
        ...fed,
        ingestionMethod: 'batch',
        ...(await versionOf({ ...fed, ingestionMethod: 'batch' }, stores.landing)),
      };
    };
    const earlier = await uploadOf('night.json', carts(0, 1).join('\n'));
    await platform.poller.run();
    const uploads = [await uploadOf('night.json', carts(1, 4).join('\n')), await uploadOf('broken.xml', 'x')];
    const said: string[] = [];
    const waited = waitForBatches(uploads, stores, {
      since: START,
      progress: (text) => {
        said.push(text);
        // The platform begins only when somebody waits.
        if (said.length === 2) void platform.poller.run();
      },
      lookEveryMs: 1,
    });
    expect((await waited).map(({ status, file, counts }) => [status, file, counts!.accepted])).toEqual([
      ['success', 'landing/web-events/night.json', 3],
      ['failed', 'landing/web-events/broken.xml', 0],
    ]);
    expect(whereToGoOn(await waited, 'dev')).toMatch(
      /^Why it failed: tributary batch show [0-9a-f]{20} --stage dev\nRejected records: tributary quarantine list --dataset web-events --stage dev\n$/,
    );
    expect([said[0], said[1], said.at(-1)]).toEqual(['0 of 2 files', '0 of 2 files', '2 of 2 files']);
    const [before] = await waitForBatches([earlier], stores, { since: START, progress: () => undefined });
    expect(before!.counts!.accepted).toBe(1);
  });

  it('shows all that is known of one, and says what to do where there is none', async () => {
    const { platform, stores } = stage();
    await platform.upload('landing/web-events/night.json', [...carts(0, 30), '{"_id":'].join('\n'));
    await platform.poller.run();
    const { id } = (await Array.fromAsync(stores.operations.batches()))[0]!;
    expect(printBatch(await batchReport(id, stores))).toBe(`Batch ${id}: success
  dataset web-events, created 2026-03-01T10:00:00.000Z
  landing/web-events/night.json
  completed 2026-03-01T10:00:00.000Z
  1 chunks: 1 validated, 1 completed
  records: 30 accepted, 1 rejected, 0 duplicate (malformed 1)
`);
    await platform.upload('landing/web-events/broken.xml', 'x');
    await platform.poller.run();
    const failed = (await Array.fromAsync(stores.operations.batches())).find(({ file }) => file.endsWith('xml'))!;
    expect(printBatch(await batchReport(failed.id, stores))).toMatch(/unsupported-format: The file is XML/);
    await expect(batchReport('unknown', stores)).rejects.toThrow(/no batch "unknown".*tributary batch list/s);
  });

  it('takes one back, after which it is inactive for everybody who asks, and counts for nothing', async () => {
    const { platform, stores, revert, list, call } = stage();
    await platform.upload('landing/web-events/kept.json', carts(0, 2).join('\n'));
    await platform.upload('landing/web-events/taken.json', carts(2, 7).join('\n'));
    await platform.poller.run();
    const all = await Array.fromAsync(stores.operations.batches());
    const { id } = all.find(({ file }) => file.endsWith('taken.json'))!;
    const records = async () =>
      (await recordReport(stores as unknown as StageStores, ['web-events'])).records['web-events']?.accepted;
    expect(await records()).toBe(7);
    expect((await revert(id)).status).toBe(200);
    expect(await batchReport(id, stores)).toMatchObject({ status: 'processing' });
    const asserted: string[] = [];
    const waiting = waitForRevert(id, stores, (text) => asserted.push(text));
    await platform.poller.run();
    expect(await waiting).toMatchObject({ status: 'inactive', counts: { accepted: 5 } });
    expect(asserted[0]).toBe('not begun yet');
    expect((await list()).find((batch) => batch.id === id)?.status).toBe('inactive');
    expect((await call('GET', `/batches/${id}`)).body[id].status).toBe('inactive');
    expect((await stores.operations.batch(id))?.status).toBe('inactive');
    expect(await records(), 'in the run statistics').toBe(2);
    expect(printBatch(await batchReport(id, stores))).toMatch(/5 accepted, .* all of them removed by the revert/);
    expect((await revert(id)).status, 'as often as it is said').toBe(200);
  });
});
