import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import type { Started } from '#core/jobs/start-job.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { EvaluationWorld, type EvaluationWorldOptions } from '#tests/harness/platform/evaluation-jobs.ts';
import { exampleCatalog } from '#tests/harness/platform/example.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const wiring = readWiring(templatesOf('prod'));
const catalog = await exampleCatalog();

/** What has happened to a person since the last evaluation of all. */
const FATES = ['nothing', 'missed by streaming', 'chosen for other segments', 'both'] as const;
type Fate = (typeof FATES)[number];

/** Everybody has been evaluated once, and then their fates have come. */
async function worldOf(fates: readonly Fate[], options: Partial<EvaluationWorldOptions> = {}) {
  const world = new EvaluationWorld({ wiring, catalog, start: START, people: fates.length, ...options });
  await world.decide();
  return world;
}

async function befall(world: EvaluationWorld, fates: readonly Fate[]): Promise<void> {
  world.poller.clock.advanceBy(60_000);
  for (const [n, fate] of fates.entries()) {
    if (fate === 'missed by streaming' || fate === 'both') await world.forgetMemberships(n);
    if (fate === 'chosen for other segments' || fate === 'both') await world.forgetProjection(n);
  }
}

/** As Lambda does: what failed is started again. */
async function startUntilItWorks(world: EvaluationWorld): Promise<Started> {
  for (;;) {
    try {
      return await world.start();
    } catch (error) {
      if (!(error instanceof Error && /injected|changed by somebody/.test(error.message))) throw error;
    }
  }
}

describe('the evaluation of all profiles', () => {
  it('comes to the same end wherever it is interrupted and however many work on it, and counts the same', async () => {
    const seen = { faults: 0, handedOn: 0, repaired: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...FATES), { maxLength: 12 }),
        fc.record({
          partitions: fc.integer({ min: 1, max: 4 }),
          workers: fc.integer({ min: 1, max: 4 }),
          workMs: fc.constantFrom(5, 20, 60_000),
          faults: fc.integer({ min: 0, max: 4 }),
          twice: fc.array(fc.nat(3), { maxLength: 2 }),
        }),
        fc.infiniteStream(fc.nat()),
        async (fates, { partitions, workers, workMs, faults, twice }, dice) => {
          const calm = await worldOf(fates, { partitions });
          await calm.start();
          await calm.poller.run();
          await befall(calm, fates);
          const { jobId } = await calm.start();
          await calm.poller.run();
          const expected = await calm.job(jobId);
          expect(expected.status).toBe('finished');
          expect(expected.tally.items ?? 0).toBe(fates.length);
          seen.repaired += expected.tally.repaired ?? 0;

          const draw = (below: number): number => (dice.next().value as number) % below;
          let left = 0;
          const next = (): Fault => {
            const fault = (['none', 'none', 'none', 'before', 'after', 'conflict'] as const)[draw(6)]!;
            if (fault === 'none' || left <= 0) return 'none';
            left -= 1;
            seen.faults += 1;
            return fault;
          };
          const intercept = <T extends object>(port: T, _reader: FunctionName): T =>
            withYields(withFaults(port, next), () => draw(4));
          const wild = await worldOf(fates, { partitions, workers, workMs, pick: draw, intercept });
          await wild.start();
          await wild.poller.run();
          await befall(wild, fates);
          left = faults;
          const started = await startUntilItWorks(wild);
          for (const partition of twice)
            wild.poller
              .queue('evaluation')
              .send(JSON.stringify({ jobId: started.jobId, partition: partition % partitions }));
          await wild.poller.run();

          const job = await wild.job(started.jobId);
          expect(job.status).toBe('finished');
          expect(withoutZeros(job.tally)).toEqual(withoutZeros(expected.tally));
          expect(await wild.members()).toEqual(await calm.members());
          expect(wild.left).toEqual([0, 0]);
          expect((await wild.jobs.latest()).finished).toMatchObject({ id: job.id });
          seen.handedOn += wild.poller.invocations.length - calm.poller.invocations.length;
        },
      ),
      runs(0.02, 150),
    );
    expect(seen.faults).toBeGreaterThan(50);
    expect(seen.repaired).toBeGreaterThan(50);
    expect(seen.handedOn).toBeGreaterThan(50);
  });

  it('under a newer catalog takes the place of the one before, wherever that stands', async () => {
    const another: CompiledCatalog = { ...catalog, version: 'another' };
    await fc.assert(
      fc.asyncProperty(fc.nat(8), fc.integer({ min: 1, max: 3 }), async (invocations, workers) => {
        const fates = Array.from({ length: 9 }, (): Fate => 'missed by streaming');
        const world = await worldOf(fates, { workers, workMs: 1 });
        await world.start();
        await world.poller.run();
        await befall(world, fates);
        const before = await world.start();
        await world.poller.run({ maxInvocations: invocations }).catch(() => {});
        const stood = await world.job(before.jobId);
        world.catalog = another;
        const after = await world.start();
        expect(after).toEqual({ jobId: expect.not.stringMatching(before.jobId), joined: false });
        await world.poller.run();

        const [old, job] = [await world.job(before.jobId), await world.job(after.jobId)];
        expect(old.status).toBe(stood.status === 'finished' ? 'finished' : 'superseded');
        expect(old.tally).toEqual(stood.tally);
        expect(job).toMatchObject({ status: 'finished', catalogVersion: 'another' });
        expect(job.tally).toMatchObject({ items: 9, repaired: 0 });
        expect((old.tally.entered ?? 0) + job.tally.entered!).toBe(9);
        expect(await world.members()).toHaveLength(9);
        expect(world.left).toEqual([0, 0]);
      }),
      runs(0.15, 30),
    );
  });

  it('is joined by whoever starts it again under the same catalog, and begins anew once it has ended', async () => {
    const world = await worldOf(['nothing', 'nothing']);
    const first = await world.start();
    expect(await world.start()).toEqual({ ...first, joined: true });
    await world.poller.run();
    expect((await world.start()).joined).toBe(false);
  });

  it('expects as many profiles as there were, and so says how far it has come', async () => {
    const world = await worldOf(['nothing', 'nothing', 'nothing']);
    const first = await world.start();
    expect(await world.job(first.jobId)).not.toHaveProperty('estimate');
    await world.poller.run();
    expect(await world.job((await world.start()).jobId)).toMatchObject({ estimate: 3, tally: {} });
  });
});

describe('a profile that cannot be evaluated', () => {
  const poisoned = (isPoisoned: () => boolean) => {
    const intercept = <T extends object>(port: T, reader: FunctionName): T =>
      reader !== 'evaluate-partition' || !('due' in port)
        ? port
        : new Proxy(port, {
            get(target, name) {
              const member: unknown = Reflect.get(target, name, target);
              if (name !== 'get') return typeof member === 'function' ? member.bind(target) : member;
              return async (canonicalKey: string): Promise<unknown> => {
                if (isPoisoned() && /[13]$/.test(canonicalKey)) throw new Error('poison');
                return await (member as (canonicalKey: string) => Promise<unknown>).call(target, canonicalKey);
              };
            },
          });
    return { intercept };
  };

  it('stops no other; it is tried five times, then the job has failed, and the next one works all the same', async () => {
    let isPoisoned = true;
    const fates = Array.from({ length: 6 }, (): Fate => 'missed by streaming');
    const world = await worldOf(fates, { partitions: 2, ...poisoned(() => isPoisoned) });
    for (const n of fates.keys()) await world.forgetMemberships(n);
    const { jobId } = await world.start();
    await world.poller.run();
    const job = await world.job(jobId);
    expect(job.status).toBe('failed');
    expect(withoutZeros(job.tally)).toEqual({ items: 6, entered: 4, failed: 2 });
    expect(JSON.stringify(job)).not.toContain('ECID');
    expect(await world.members()).toHaveLength(4);
    expect(world.left).toEqual([0, 1]);
    expect((await world.jobs.latest()).finished).toBeUndefined();

    isPoisoned = false;
    const next = await world.start();
    await world.poller.run();
    expect(await world.job(next.jobId)).toMatchObject({ status: 'finished', tally: { items: 6, entered: 2 } });
    expect(await world.members()).toHaveLength(6);
  });

  it('does no harm when it can be evaluated a moment later', async () => {
    let tries = 0;
    const fates = Array.from({ length: 6 }, (): Fate => 'missed by streaming');
    const world = await worldOf(fates, { partitions: 2, ...poisoned(() => ++tries < 12) });
    for (const n of fates.keys()) await world.forgetMemberships(n);
    const { jobId } = await world.start();
    await world.poller.run();
    expect(await world.job(jobId)).toMatchObject({ status: 'finished', tally: { items: 6, entered: 6 } });
    expect(world.left).toEqual([0, 0]);
  });

  it('is one of many where the platform has trouble: the part waits, and is passed over only in the end', async () => {
    let isPoisoned = true;
    const fates = Array.from({ length: 400 }, (): Fate => 'nothing');
    const world = await worldOf(fates, { partitions: 1, ...poisoned(() => isPoisoned) });
    const { jobId } = await world.start();
    await world.poller.run({ until: world.poller.clock.now() });
    expect((await world.job(jobId)).tally.items).toBeLessThan(400);
    isPoisoned = false;
    await world.poller.run();
    expect(await world.job(jobId)).toMatchObject({ status: 'finished', tally: { items: 400, failed: 0 } });

    isPoisoned = true;
    const again = await world.start();
    await world.poller.run();
    expect(await world.job(again.jobId)).toMatchObject({ status: 'failed', tally: { items: 400, failed: 80 } });
  });
});

describe('a job in which nothing moves', () => {
  it('has failed once nobody can be working on it any more, and another takes its place', async () => {
    const world = await worldOf(['nothing', 'nothing']);
    const first = await world.start();
    for (const { messageId } of [...world.poller.queue('evaluation').messages])
      world.poller.queue('evaluation').delete(messageId);
    world.poller.clock.advanceBy(2 * 3_600_000 - 60_000);
    expect((await world.start()).joined).toBe(true);
    world.poller.clock.advanceBy(120_000);
    const second = await world.start();
    expect(second.joined).toBe(false);
    await world.poller.run();
    expect((await world.job(first.jobId)).status).toBe('failed');
    expect((await world.job(second.jobId)).status).toBe('finished');
  });
});

/** The same numbers, whether or not anything was ever added to them. */
const withoutZeros = (tally: Readonly<Record<string, number>>): object =>
  Object.fromEntries(Object.entries(tally).filter(([, count]) => count !== 0));

/** Lets others come in between, before every call. */
function withYields<T extends object>(port: T, turns: () => number): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, args);
        if (name === 'scan') return call();
        return (async () => {
          for (let turn = turns(); turn > 0; turn--) await Promise.resolve();
          return await call();
        })();
      };
    },
  });
}
