import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { ExportFile } from '#core/activation/files/export-file.ts';
import { exportLane, type MakeFiles } from '#core/activation/files/export-lane.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import type { Handler } from '#tests/harness/poller/response.ts';
import { runs } from '#tests/harness/runs.ts';
import { entered, exited, failedIds, HOUR, NOW, sqsEvent } from '#tests/unit/activation/factories.ts';
import type { LastRouted } from '#tests/unit/activation/read-files.ts';

type Change = Partial<Pick<ProfileDelivery, 'revision' | 'decidedAt' | 'changes' | 'attributes'>>;

/** A type of destination that is told in files, as its conformance is tried. */
export interface FileConformance {
  readonly laneId: string;
  create(exports: ObjectStore): Handler;
  delivery(n: number, change: Change): object;
  readonly files: MakeFiles;
  /** What a receiver knows after it has read one more file. */
  read(lastRouted: LastRouted, file: ExportFile): LastRouted;
  /** How person `n` is called in a file. */
  nameOf(n: number): string;
}

/** What every type of destination does that is told in files. */
export function fileDestinationContract(name: string, type: FileConformance): void {
  const world = () => {
    const exports = createMemoryObjectStore();
    const handler = type.create(exports);
    const made: ExportFile[] = [];
    const keep: MakeFiles = (rows, slot, left) => {
      const result = type.files(rows, slot, left);
      made.push(...result.files);
      return result;
    };
    let slot = NOW;
    let message = 0;
    return {
      exports,
      made,
      deliver: async (...bodies: unknown[]) =>
        failedIds((await handler(sqsEvent(bodies.map((body) => ({ id: `m${message++}`, body }))) as never)) as never),
      export: async () => {
        slot += HOUR;
        await exportLane(exports, type.laneId, slot, keep, { moveOn: false, now: slot, id: String(slot) });
      },
      lastRouted: () => made.reduce<LastRouted>((lastRouted, file) => type.read(lastRouted, file), new Map()),
    };
  };

  describe(`a destination told in files: ${name}`, () => {
    it('is told entries and exits', async () => {
      const to = world();
      await to.deliver(type.delivery(1, { revision: 1 }));
      await to.export();
      expect(to.lastRouted()).toEqual(new Map([[`${type.nameOf(1)}/A1`, 'realized']]));
      await to.deliver(type.delivery(1, { revision: 2, changes: [exited('A1')], decidedAt: NOW + HOUR }));
      await to.export();
      expect(to.lastRouted()).toEqual(new Map([[`${type.nameOf(1)}/A1`, 'exited']]));
    });

    it('knows the latest, in whatever order and however often it is told', async () => {
      const order = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 15 });
      await fc.assert(
        fc.asyncProperty(order, fc.array(fc.boolean(), { maxLength: 15 }), async (revisions, exports) => {
          const to = world();
          for (const [i, revision] of revisions.entries()) {
            const changes = [revision % 2 === 1 ? entered('A1') : exited('A1')];
            await to.deliver(type.delivery(1, { revision, decidedAt: NOW + revision, changes }));
            if (exports[i]) await to.export();
          }
          await to.export();
          const latest = Math.max(...revisions) % 2 === 1 ? 'realized' : 'exited';
          expect(to.lastRouted()).toEqual(new Map([[`${type.nameOf(1)}/A1`, latest]]));
        }),
        runs(0.3, 60),
      );
    });

    it('gets no file where there is nothing to tell, and none twice', async () => {
      const to = world();
      await to.export();
      expect(to.made).toEqual([]);
      await to.deliver(type.delivery(1, {}));
      await to.export();
      await to.export();
      expect(to.made).toHaveLength(1);
    });

    it('is not concerned by a message that is no delivery', async () => {
      const to = world();
      expect(await to.deliver(type.delivery(1, {}), { kind: 'nonsense' }, 'no JSON', type.delivery(2, {}))).toEqual([
        'm1',
        'm2',
      ]);
      await to.export();
      expect(to.lastRouted().size).toBe(2);
    });

    it('gets nothing that a spreadsheet would run', async () => {
      const to = world();
      for (const [n, note] of ['=1+1', '+1', '-1', '@x', '\t=1', 'a\r\n=1'].entries()) {
        await to.deliver(type.delivery(n, { attributes: { note } }));
      }
      await to.export();
      for (const { key, body } of to.made) {
        const rows: string[][] = key.endsWith('.csv') ? parse(body) : body.split('\n').map((line) => line.split('\t'));
        for (const field of rows.flat()) expect(field).not.toMatch(/^[=+\-@\t\r]/);
      }
    });
  });
}
