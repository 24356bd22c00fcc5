import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLanes, type LaneAssignments, lanesWanted, type WantsLane } from '#core/activation/lanes.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import { destinationOfLane, poolLane } from '#core/contract/delivery-lanes.ts';
import { createLaneQueues, queueOfPool } from '#lambdas/adapters/sqs/lane-queues.ts';
import { perLane } from '#lambdas/adapters/sqs/per-lane.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW, sqsEvent } from './factories.ts';

const requests = (...ids: string[]): WantsLane[] => ids.map((id) => ({ id, kind: 'requests' }));
const always = () => true;
const FIRST = 'https://sqs.eu-west-1.amazonaws.com/123/tributary-dev-lane-001.fifo';

describe('lanes of the pool', () => {
  it('go to new destinations in order, and stay with those that have one', () => {
    const first = assignLanes({}, requests('a', 'b'), 3, always);
    expect(first).toMatchObject({ assignments: { a: 'lane-001', b: 'lane-002' }, taken: ['a', 'b'], freed: [] });
    const then = assignLanes(first.assignments, requests('b', 'c'), 3, always);
    expect(then).toEqual({ assignments: { b: 'lane-002', c: 'lane-001' }, taken: ['c'], freed: [], without: [] });
  });

  it('are free only when their queue is empty and nobody routes to them', () => {
    const busy = assignLanes({ a: 'lane-001' }, [], 1, () => false);
    expect(busy).toMatchObject({ assignments: { a: 'lane-001' }, freed: [] });
    expect(assignLanes({ a: 'lane-001' }, requests('b'), 1, () => false).without).toEqual(['b']);
    expect(assignLanes({ a: 'lane-001' }, [], 1, always)).toMatchObject({ assignments: {}, freed: ['lane-001'] });
  });

  it('are one for all destinations that are sent files', () => {
    const plan = assignLanes({}, [{ id: 'x', kind: 'files' }, { id: 'y', kind: 'files' }, ...requests('z')], 1, always);
    expect(plan).toMatchObject({ assignments: { x: 'files', y: 'files', z: 'lane-001' }, without: [] });
    expect(assignLanes(plan.assignments, requests('x'), 1, always).assignments).toEqual({ x: 'lane-001' });
  });

  it('are two for a destination of Audience Manager: one for its edge, and that of files for its hub', () => {
    const lanes = lanesWanted(lanesOfDestination({ id: 'ads', type: 'aam' }));
    expect(assignLanes({}, lanes, 1, always)).toMatchObject({
      assignments: { 'ads.edge': 'lane-001', 'ads.hub': 'files' },
      taken: ['ads.edge'],
      without: [],
    });
    expect(assignLanes({ other: 'lane-001' }, lanes, 1, () => false).without).toEqual(['ads.edge']);
    expect(['ads.edge', 'ads.hub', 'ads'].map(destinationOfLane)).toEqual(['ads', 'ads', 'ads']);
  });

  it('are never shared, whoever comes and goes, and nobody loses one', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const step = fc.record({ wanted: fc.subarray(ids), busy: fc.subarray([1, 2, 3].map(poolLane)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let known: LaneAssignments = {};
        for (const { wanted, busy } of steps) {
          const plan = assignLanes(known, requests(...wanted), 3, (_id, lane) => !busy.includes(lane));
          const lanes = Object.values(plan.assignments);
          expect(new Set(lanes).size).toBe(lanes.length);
          for (const [id, lane] of Object.entries(known)) {
            if (wanted.includes(id) || busy.includes(lane)) expect(plan.assignments[id]).toBe(lane);
          }
          for (const id of wanted) expect(id in plan.assignments || plan.without.includes(id)).toBe(true);
          if (plan.without.length > 0) expect(new Set(lanes)).toEqual(new Set([1, 2, 3].map(poolLane)));
          for (const lane of plan.freed) expect(lanes).not.toContain(lane);
          known = plan.assignments;
        }
      }),
      runs(2, 200),
    );
  });
});

describe('queues of lanes', () => {
  const found = (assignments: () => LaneAssignments, now: () => number) => {
    let reads = 0;
    const queueOf = createLaneQueues(
      { webhook: 'https://own' },
      { first: FIRST, files: 'https://files' },
      {
        get: async () => {
          reads += 1;
          return { version: 1, assignments: assignments() };
        },
      },
      now,
    );
    return { queueOf, reads: () => reads };
  };

  it('are those of the stage, and of the pool by what was assigned', async () => {
    const { queueOf, reads } = found(
      () => ({ ads: 'lane-014', partner: 'files' }),
      () => NOW,
    );
    expect(await queueOf('webhook')).toBe('https://own');
    expect(reads()).toBe(0);
    expect(await queueOf('ads')).toBe('https://sqs.eu-west-1.amazonaws.com/123/tributary-dev-lane-014.fifo');
    expect(await queueOf('partner')).toBe('https://files');
    expect(reads()).toBe(1);
    expect(await queueOf('nobody')).toBeUndefined();
  });

  it('are known as soon as they are assigned, and believed for seconds only', async () => {
    let now = NOW;
    let assigned: LaneAssignments = { ads: 'lane-001' };
    const { queueOf } = found(
      () => assigned,
      () => now,
    );
    await queueOf('ads');
    assigned = { ads: 'lane-002', other: 'lane-001' };
    expect(await queueOf('other')).toContain('lane-001');
    now += 5_000;
    expect(await queueOf('ads')).toContain('lane-002');
  });

  it('are told from the first, also where the stage is called like a lane', () => {
    expect(queueOfPool('http://h/1/tributary-lane-001-lane-001-dead-letters.fifo', 'lane-100')).toBe(
      'http://h/1/tributary-lane-001-lane-100-dead-letters.fifo',
    );
  });

  it('have a handler each, with its own queue and dead letters', async () => {
    const made: string[] = [];
    const handler = perLane({ queue: FIRST, deadLetters: FIRST.replace('.fifo', '-dead-letters.fifo') }, (lane) => {
      made.push(`${lane.queue} ${lane.deadLetters}`);
      return async () => ({ batchItemFailures: [] });
    });
    const event = (queue: string) => {
      const { Records } = sqsEvent([{ id: 'm', body: '{}' }]);
      return {
        Records: Records.map((record) => ({ ...record, eventSourceARN: `arn:aws:sqs:eu-west-1:123:${queue}` })),
      };
    };
    for (const lane of ['lane-007', 'lane-001', 'lane-007']) await handler(event(`tributary-dev-${lane}.fifo`));
    const base = 'https://sqs.eu-west-1.amazonaws.com/123/tributary-dev';
    expect(made).toEqual([
      `${base}-lane-007.fifo ${base}-lane-007-dead-letters.fifo`,
      `${base}-lane-001.fifo ${base}-lane-001-dead-letters.fifo`,
    ]);
    const own = perLane({ queue: 'https://own', deadLetters: 'https://own-dead' }, (lane) => {
      expect(lane).toEqual({ queue: 'https://own', deadLetters: 'https://own-dead' });
      return async () => ({ batchItemFailures: [] });
    });
    await own(event('Activation-webhookWorkQueue-lane-007.fifo'));
  });
});
