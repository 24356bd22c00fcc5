import fc, { type Scheduler } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import type { BatchProgress } from '#core/record/operations.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { type Crash, scheduledFor } from '#tests/harness/core/scheduled.ts';
import { CONNECTIONS, createBatchApi } from '#tests/harness/platform/batch-api.ts';
import { addToCart, exampleDefinitions } from '#tests/harness/platform/example.ts';
import type { Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const line = (n: number): string => JSON.stringify(addToCart(n, START - 1_000));

/** What clients may do with one batch at once. The files that are put are other ones than the one that is there. */
const ACTIONS = ['COMPLETE', 'ABORT', 'FAIL', 'REVERT', 'put another', 'put in its place', 'put in parts'] as const;
type Action = (typeof ACTIONS)[number];
const PUT_ROWS: Partial<Record<Action, number>> = { 'put another': 1, 'put in its place': 2, 'put in parts': 3 };

const crash = fc.option(
  fc.record({ call: fc.nat({ max: 9 }), when: fc.constantFrom('before' as const, 'after' as const) }),
  { nil: undefined, freq: 6 },
);

describe('what is done with a batch at the same time', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: CONNECTIONS });
    wiring = readWiring(templatesOf('prod'));
  });

  const rowsOfLake = async ({ stores: { lake } }: Platform): Promise<number[]> => {
    const rows = new Set<number>();
    for await (const key of lake.list('')) {
      for (const { json } of await unpackLakeRows((await lake.get(key))!))
        rows.add(Number(/cart-(\d+)/.exec(json)![1]));
    }
    return [...rows].sort();
  };
  const profiles = ({ stores }: Platform): Promise<object[]> =>
    allProfiles(stores.profiles, stageSettings(catalog).evaluation);

  type Api = ReturnType<typeof createBatchApi>;

  async function act(call: Api['call'], id: string, action: Action): Promise<number | undefined> {
    const file = (name: string) => `/batches/${id}/datasets/web-events/files/${name}`;
    const put = async (name: string) => (await call('PUT', file(name), line(PUT_ROWS[action]!))).status;
    switch (action) {
      case 'put another':
        return put('b.json');
      case 'put in its place':
        return put('a.json');
      case 'put in parts': {
        const bytes = Buffer.from(line(PUT_ROWS[action]!));
        for (const [start, end] of [
          [0, 50],
          [50, bytes.length],
        ] as const) {
          const range = {
            'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
            'x-api-key': 'the key of the till',
          };
          const { status } = await call('PATCH', file('c.json'), bytes.subarray(start, end), range);
          if (status !== 200) return status;
        }
        return (await call('POST', `${file('c.json')}?action=COMPLETE`)).status;
      }
      default:
        return (await call('POST', `/batches/${id}?action=${action}`)).status;
    }
  }

  /** Answers by action; 500 is a crash, whose outcome nobody knows. */
  async function play(
    actions: readonly { readonly action: Action; readonly crash: Crash | undefined }[],
    scheduler: Scheduler,
    saysAgain: boolean,
  ) {
    const api = createBatchApi({ wiring, catalog, start: START });
    const id = await api.create();
    await api.put(id, 'a.json', line(0));
    const all = actions.map(async ({ action, crash }) => {
      const answer = await act(api.callThrough(scheduledFor(scheduler, crash)), id, action);
      return [action, answer] as const;
    });
    await scheduler.waitFor(Promise.all(all));
    const answers = new Map(await Promise.all(all));
    for (const [action, answer] of answers) {
      if (answer === 500 && saysAgain) answers.set(action, await act(api.call, id, action));
    }
    if ((await api.platform.stores.landing.size(`landing/web-events/${id}.tributary-batch`)) !== undefined) {
      await api.announce(id);
    }
    await api.platform.poller.run();
    return { answers, platform: api.platform, status: (await api.read(id)).status as string };
  }

  it('ends in one of it, of which the others are told, and lake and profiles agree with its status', {
    timeout,
  }, async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        // Mostly a completion and what may meet it.
        fc.uniqueArray(fc.record({ action: fc.constantFrom('COMPLETE', 'COMPLETE', 'COMPLETE', ...ACTIONS), crash }), {
          minLength: 2,
          maxLength: 4,
          selector: ({ action }) => action,
        }),
        fc.scheduler(),
        fc.boolean(),
        async (actions, scheduler, saysAgain) => {
          const { answers, platform, status } = await play(actions, scheduler, saysAgain);
          const [isMade, isLost] = [200, 400].map((code) => (action: Action) => answers.get(action) === code) as [
            (action: Action) => boolean,
            (action: Action) => boolean,
          ];
          seen.set(status, (seen.get(status) ?? 0) + 1);
          for (const answer of answers.values()) expect([200, 201, 400, 500]).toContain(answer);

          const closing = (['COMPLETE', 'ABORT', 'FAIL'] as const).filter(isMade);
          expect(closing.length).toBeLessThanOrEqual(1);
          expect(isMade('COMPLETE') && isMade('REVERT')).toBe(false);
          // A batch with parts that are no file yet is not completed: that can still be put right.
          const unfinished = answers.has('put in parts') ? ['COMPLETE'] : [];
          const asked = ACTIONS.filter((action) => answers.has(action) && !(action in PUT_ROWS));
          const sure = asked.filter((action) => !unfinished.includes(action));
          if (sure.length > 0 && ![...answers.values()].includes(500)) expect(asked.some(isMade)).toBe(true);

          if (isMade('COMPLETE')) expect(status).toBe('success');
          else if (isMade('REVERT')) expect(status).toBe('inactive');
          else if (isMade('ABORT')) expect(['aborted', 'inactive']).toContain(status);
          else if (isMade('FAIL')) expect(['failed', 'inactive']).toContain(status);

          const rows = await rowsOfLake(platform);
          expect((await profiles(platform)).length).toBe(rows.length);
          expect(platform.leftovers()).toEqual({});
          if (status !== 'success') {
            expect(rows).toEqual([]);
            return;
          }
          const isIn = (row: number): boolean => rows.includes(row);
          expect(isIn(0)).toBe(!isIn(2));
          for (const action of ACTIONS) {
            const row = PUT_ROWS[action];
            if (row === undefined) continue;
            const answer = answers.get(action);
            if (answer === 200 || answer === 201) expect(isIn(row), action).toBe(true);
            if (isLost(action) || answer === undefined) expect(isIn(row), action).toBe(false);
          }
        },
      ),
      runs(10, 800),
    );
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['aborted', 'failed', 'inactive', 'success']));
  });

  it('leaves nothing of a batch that is taken back while its chunks are delivered once more', { timeout }, async () => {
    /** Workers that came too late, and those for which a revert had to wait. */
    let [late, waited, done, tries] = [0, 0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.nat({ max: 60 }),
        fc.nat({ max: 40 }),
        fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.constantFrom<Fault>(...Array(12).fill('none'), 'before', 'after'), { maxLength: 60 }),
        async (again, isReplaced, wait, stall, yields, faults) => {
          tries += 1;
          let [calls, faultsDone, stitched, isUnderWay] = [0, 0, 0, false];
          const isBusy = (result: unknown): boolean =>
            ((result as BatchProgress).batch?.busyUntil ?? 0) > api.platform.poller.clock.now();
          const sleep = async (turns: number): Promise<void> => {
            for (let i = 0; i < turns; i++) await Promise.resolve();
          };
          const next = (): Fault => (isUnderWay ? (faults[faultsDone++] ?? 'none') : 'none');
          const intercept = <T extends object>(port: T, _name: string, reader: string): T => {
            const faulty = withFaults(port, next);
            return new Proxy(port, {
              get(target, name) {
                const member: unknown = Reflect.get(target, name, target);
                const called = Reflect.get(faulty, name, faulty) as (...args: unknown[]) => unknown;
                const isList = Symbol.asyncIterator in Object((member as { prototype?: object })?.prototype ?? {});
                if (typeof member !== 'function' || isList) return called;
                return async (...args: unknown[]) => {
                  if (isUnderWay) await sleep(yields[calls++ % yields.length]!);
                  // Some worker takes longer than all of a revert.
                  if (isUnderWay && reader.endsWith('-chunk') && stitched++ === stall) await sleep(5_000);
                  const result: unknown = await called(...args);
                  if (isUnderWay && name === 'lease' && result === false) late += 1;
                  if (isUnderWay && name === 'transition') waited += isBusy(result) ? 1 : 0;
                  return result;
                };
              },
            });
          };
          const api = createBatchApi({ wiring, catalog, start: START, chunkBytes: 200, intercept, concurrency: 4 });
          const { platform } = api;
          const asserted = ['validation', 'chunks'].flatMap((name) => {
            const queue = platform.poller.queue(name);
            const { send } = queue;
            const bodies: string[] = [];
            queue.send = (body, options) => {
              bodies.push(body);
              send(body, options);
            };
            return [{ send, bodies }];
          });
          const id = await api.create('web-events', 'json', { partialIngestionPercentage: 50 });
          await api.put(id, 'a.json', [line(0), line(1), '{"_id":', line(2), line(3)].join('\n'));
          await api.complete(id);
          await api.announce(id);
          await platform.poller.run();
          expect((await api.read(id)).status).toBe('success');
          const repeated = asserted.flatMap(({ send, bodies }) => bodies.map((body) => () => send(body)));
          for (const n of again) repeated[n % repeated.length]!();
          isUnderWay = true;
          // Somebody asks for it; or a batch that replaces it has come, as its last chunk says.
          const revert = async (): Promise<void> => {
            if (isReplaced) return platform.poller.queue('reverts').send(JSON.stringify({ batchId: id }));
            await sleep(wait);
            expect((await api.call('POST', `/batches/${id}?action=REVERT`)).status).toBe(200);
          };
          const asked = revert();
          await Promise.all([platform.poller.run(), asked]);
          await platform.poller.run();
          // What failed more often than its queue allows is for people; the rest is as if the batch had never come.
          for (const name of Object.keys(platform.leftovers())) expect(name).toMatch(/dead-letters$/);
          if ('reverts.dead-letters' in platform.leftovers()) return;
          done += 1;
          expect((await api.read(id)).status).toBe('inactive');
          expect(await rowsOfLake(platform)).toEqual([]);
          expect(await profiles(platform)).toEqual([]);
          expect(await platform.quarantined()).toEqual([]);
        },
      ),
      runs(5, 100),
    );
    expect(Math.min(late, waited)).toBeGreaterThan(0);
    expect(done).toBeGreaterThan(tries / 2);
  });
});
