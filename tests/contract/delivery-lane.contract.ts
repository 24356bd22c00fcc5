import { describe, expect, it } from 'vitest';
import type { AttemptCounts, DeliveryLane } from '#core/activation/ports/delivery-lane.ts';

export interface LaneWorld {
  readonly lane: DeliveryLane;
  send(body: string, group: string): Promise<void>;
  /** Messages that can be received, or can be within so many seconds. */
  receive(waitSeconds: number): Promise<{ readonly id: string; readonly receipt: string; readonly body: string }[]>;
  /** Bodies of the dead letters. */
  dead(): Promise<string[]>;
}

/** What every delivery lane does. */
export function deliveryLaneContract(name: string, create: () => Promise<LaneWorld>): void {
  describe(`delivery lane: ${name}`, () => {
    it('hides a message, and what follows it in its group, for as long as it is told', async () => {
      const { lane, send, receive } = await create();
      for (const [body, group] of [
        ['a1', 'a'],
        ['a2', 'a'],
        ['b1', 'b'],
      ] as const)
        await send(body, group);
      const first = await receive(0);
      const [a1] = first.filter(({ body }) => body === 'a1');
      await lane.hide([{ receipt: a1!.receipt, seconds: 3 }]);
      await lane.acknowledge(first.filter(({ body }) => body === 'b1').map(({ receipt }) => receipt));
      const others = first.filter(({ body }) => body === 'a2');
      if (others.length > 0) await lane.hide(others.map(({ receipt }) => ({ receipt, seconds: 1 })));
      expect((await receive(0)).map(({ body }) => body)).toEqual([]);
      const back: string[] = [];
      while (back.length < 2) {
        const some = await receive(5);
        expect(some.length).toBeGreaterThan(0);
        back.push(...some.map(({ body }) => body));
        await lane.acknowledge(some.map(({ receipt }) => receipt));
      }
      expect(back).toEqual(['a1', 'a2']);
    });

    it('deletes messages at once, and more than go into one call', async () => {
      const { lane, send, receive } = await create();
      for (let n = 0; n < 25; n++) await send(`m${n}`, `g${n}`);
      const receipts: string[] = [];
      while (receipts.length < 25) receipts.push(...(await receive(1)).map(({ receipt }) => receipt));
      await lane.acknowledge(receipts);
      await lane.acknowledge([]);
      expect(await receive(0)).toEqual([]);
    });

    it('takes further messages by itself: not of a group of which one is taken, and as the queue would hand them out', async () => {
      const { lane, send, receive } = await create();
      for (const [body, group] of [
        ['a1', 'a'],
        ['b1', 'b'],
        ['b2', 'b'],
        ['c1', 'c'],
      ] as const)
        await send(body, group);
      const first: { body: string; receipt: string }[] = [];
      while (first.length < 1) first.push(...(await lane.receive(1)));
      await send('a2', 'a');
      const further: Awaited<ReturnType<typeof lane.receive>>[number][] = [];
      for (let tries = 0; further.length < 3 && tries < 20; tries += 1) further.push(...(await lane.receive(10)));
      expect(first.map(({ body }) => body)).toEqual(['a1']);
      expect(further.map(({ body }) => body).sort()).toEqual(['b1', 'b2', 'c1']);
      for (const { body, group, receives, sentAt, id } of further) {
        expect({ group, receives, hasId: id !== '' }).toEqual({ group: body[0], receives: 1, hasId: true });
        expect(sentAt).toBeGreaterThanOrEqual(0);
      }
      await lane.acknowledge([...first, ...further].map(({ receipt }) => receipt));
      const left: string[] = [];
      while (left.length < 1) left.push(...(await lane.receive(5)).map(({ body }) => body));
      expect(left).toEqual(['a2']);
      expect(await receive(0)).toEqual([]);
      expect(await lane.receive(10)).toEqual([]);
    });

    it('puts dead letters beside the queue, in their order, and once if it is said twice', async () => {
      const { lane, send, receive, dead } = await create();
      for (const body of ['one', 'two']) await send(body, body);
      const messages = await receive(1);
      const letters = messages.map(({ id, body }) => ({ id, body, group: 'g' }));
      await lane.deadLetter(letters);
      await lane.deadLetter(letters);
      expect(await dead()).toEqual(messages.map(({ body }) => body));
    });

    it('says so where it could not hide a message', async () => {
      const { lane } = await create();
      await expect(lane.hide([{ receipt: 'of no message', seconds: 5 }])).rejects.toThrow();
    });
  });
}

let unique = 0;

/** What every count of attempts does. */
export function attemptCountsContract(name: string, create: () => AttemptCounts): void {
  describe(`counts of attempts: ${name}`, () => {
    const fresh = (): string => `m-${process.pid}-${unique++}`;

    it('knows nothing of a message that was not tried', async () => {
      expect(await create().get([fresh()])).toEqual(new Map());
      expect(await create().get([])).toEqual(new Map());
    });

    it('counts up, and down where it was none', async () => {
      const counts = create();
      const [a, b] = [fresh(), fresh()];
      await counts.add([a, b], 1);
      await counts.add([a], 1);
      expect(await counts.get([a, b, fresh()])).toEqual(
        new Map([
          [a, 2],
          [b, 1],
        ]),
      );
      await counts.add([b], -1);
      expect(await counts.get([a, b])).toEqual(new Map([[a, 2]]));
    });

    it('loses no count when several functions count at once', async () => {
      const counts = create();
      const a = fresh();
      await Promise.all(Array.from({ length: 20 }, () => counts.add([a], 1)));
      expect(await counts.get([a])).toEqual(new Map([[a, 20]]));
    });
  });
}
