import { describe, expect, it, vi } from 'vitest';
import { Progress } from '#cli/local/progress.ts';

/** What is written to a terminal, or to a file, and a clock that is set by hand. */
function shown(isTTY: boolean): { progress: Progress; written: string[]; pass(ms: number): void } {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const written: string[] = [];
  const out = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  const progress = new Progress(out as unknown as NodeJS.WriteStream);
  return {
    progress,
    written,
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('progress', () => {
  it('is drawn over on a terminal, at most ten times a second however often it is told', () => {
    const { progress, written, pass } = shown(true);
    for (let item = 1; item <= 1_000; item++) {
      progress.running(`${item} items`);
      pass(1);
    }
    const lines = written.filter((text) => text.includes('items'));
    expect(lines.length).toBeGreaterThanOrEqual(9);
    expect(lines.length).toBeLessThanOrEqual(11);
    progress.step('Done');
    expect(written.slice(-2)).toEqual(['\r\u001b[2K', '   1.0s  Done\n']);
  });

  it('is a line every few seconds elsewhere, and none for what is over soon or says the same', () => {
    const { progress, written, pass } = shown(false);
    for (let item = 1; item <= 70; item++) {
      progress.running(item < 50 ? `${item} items` : 'the same');
      pass(100);
    }
    expect(written).toEqual(['   3.1s  … 32 items\n', '   6.2s  … the same\n']);
  });
});
