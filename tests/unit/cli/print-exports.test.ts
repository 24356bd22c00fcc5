import { describe, expect, it } from 'vitest';
import { printExports } from '#cli/report/print-exports.ts';
import type { ExportSummary } from '#lambdas/functions/export-files/handler.ts';

const AT = '2026-03-01T10:00:00.000Z';
const exported = (...files: readonly { readonly key: string; readonly rows: number }[]) => ({
  exports: [{ slot: Date.parse(AT), files, parts: 1, routedBefore: 0, invalid: [] }],
  unreadable: [],
});

describe('what an export has written', () => {
  it('is a line for each file, and why there is none', () => {
    const summary: ExportSummary = {
      at: AT,
      lanes: [
        {
          laneId: 'crm',
          status: 'exported',
          ...exported({ key: 'crm/crm_segmenta_20260301.csv', rows: 1_200 }, { key: 'crm/b.csv', rows: 3 }),
        },
        { laneId: 'partner', status: 'nothingPending', exports: [], unreadable: [] },
        { laneId: 'aam.hub', status: 'paused' },
      ],
    };
    const lines = printExports(summary)
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(lines[0]).toEqual(['destination', 'status', 'rows', 'file']);
    expect(lines.slice(2, -1)).toEqual([
      ['crm', 'exported', '1,200', 'crm/crm_segmenta_20260301.csv'],
      ['3', 'crm/b.csv'],
      ['partner', 'nothing to write'],
      ['aam.hub', 'paused: tributary destination resume'],
    ]);
  });

  it('says where nobody is sent files', () => {
    expect(printExports({ at: AT, lanes: [] })).toContain('no destination that is sent files');
  });
});
