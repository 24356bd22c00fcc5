import { describe, expect, it } from 'vitest';
import type { ProfileRead, ReadLog } from '#core/access/read-log.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-03-01T23:59:00Z');
const read = (n: number, at: number): ProfileRead => ({
  id: `read-${n}`,
  at,
  caller: { id: 'c', name: 'A client', kind: 'client' },
  what: 'profile',
  identities: [`digest ${n}`],
  found: 1,
});

/** @param newLog one in which nothing was written */
export function readLogContract(name: string, newLog: () => Promise<ReadLog>): void {
  describe(`audit records on ${name}`, () => {
    it('are read by their time, over days, in order', async () => {
      const log = await newLog();
      const written = Array.from({ length: 30 }, (_, n) => read(n, START + ((n * 7) % 30) * 60_000 * 60));
      for (const each of written) await log.append(each);
      const until = START + 2 * DAY;
      const all = await Array.fromAsync(log.reads({ since: START, until }));
      expect(all).toEqual(written.toSorted((x, y) => x.at - y.at));
      const some = await Array.fromAsync(log.reads({ since: all[3]!.at, until: all[20]!.at }));
      expect(some).toEqual(all.slice(3, 20));
      expect(await Array.fromAsync(log.reads({ since: START - DAY, until: START }))).toEqual([]);
    });

    it('are not written over', async () => {
      const log = await newLog();
      await log.append(read(1, START));
      await expect(log.append({ ...read(1, START), found: 0 })).rejects.toThrow();
      expect(await Array.fromAsync(log.reads({ since: START, until: START + 1 }))).toEqual([read(1, START)]);
    });
  });
}
