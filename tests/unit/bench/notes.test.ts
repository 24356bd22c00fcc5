import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedEvents } from '#tests/bench/generated-events.ts';
import { chosen, type Ended, exitCodeOf, type Note, summary } from '#tests/bench/notes.ts';
import { catalogWith } from '#tests/bench/real-events.ts';

const FILES = ['schema.bench.ts', 'measure.ts', 'cost.bench.ts', 'lake.bench.ts', 'large'];
const nothing: Note = { what: 'nothing measured', why: 'no stage is running' };
const generated: Note = { what: 'measured on generated data', why: 'the real data is not there' };
const ended = (name: string, notes: readonly Note[] = [], code = 0): Ended => ({ name, code, notes });

describe('the benches', () => {
  it('are all run where none is named, in the order of their names', () => {
    expect(chosen([], FILES)).toEqual(['cost', 'lake', 'schema']);
    expect(chosen([], readdirSync('tests/bench'))).toContain('segmentation');
  });

  it('are run by name, and a name that is none is an error that tells those there are', () => {
    expect(chosen(['schema', 'cost'], FILES)).toEqual(['cost', 'schema']);
    expect(() => chosen(['cost', 'costs'], FILES)).toThrow('There is no bench "costs". There are: cost, lake, schema');
  });

  it('say at the end which of them did not do all they were meant to, and why', () => {
    expect(summary([ended('a'), ended('b', [nothing]), ended('c', [generated], 1)])).toEqual([
      '  b: nothing measured: no stage is running',
      '  c: failed',
      '  c: measured on generated data: the real data is not there',
    ]);
  });

  it('end well though one of them could not measure anything, unless that one was asked for', () => {
    const all = [ended('a'), ended('b', [nothing]), ended('c', [generated])];
    expect(exitCodeOf(all, [])).toBe(0);
    expect(exitCodeOf(all, ['c'])).toBe(0);
    expect(exitCodeOf(all, ['b'])).toBe(1);
  });

  it('end badly when one of them failed', () => {
    expect(exitCodeOf([ended('a'), ended('b', [], 1)], [])).toBe(1);
  });
});

describe('generated web events', () => {
  it('are the same each time, in the order of their time, and valid under the schema of the real ones', async () => {
    const events = generatedEvents(1_000);
    const { validate } = (await catalogWith([])).datasets.get('web-events')!;
    expect(events).toEqual(generatedEvents(1_000));
    expect(events.flatMap((event) => validate(event))).toEqual([]);
    const times = events.map(({ timestamp }) => Date.parse(timestamp as string));
    expect(times).toEqual(times.toSorted((x, y) => x - y));
  });
});
