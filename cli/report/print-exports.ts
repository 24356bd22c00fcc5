import type { ExportSummary, LaneSummary } from '#lambdas/functions/export-files/handler.ts';
import { table } from './table.ts';

const IN_WORDS: Readonly<Record<LaneSummary['status'], string>> = {
  exported: 'exported',
  nothingPending: 'nothing to write',
  notDue: 'not due',
  paused: 'paused: tributary destination resume',
  underWay: 'another export delivers its files just now',
  failed: 'failed',
};

/** What was written for each destination that is sent files, and what to do where nothing was. */
export function printExports({ lanes }: ExportSummary): string {
  if (lanes.length === 0) return 'The active catalog has no destination that is sent files.\n';
  const rows = lanes.flatMap(({ laneId, status, exports = [] }) => {
    const files = exports.flatMap(({ files: own }) => own);
    if (files.length === 0) return [[laneId, IN_WORDS[status], '', '']];
    return files.map(({ key, rows: count }, i) => [
      i === 0 ? laneId : '',
      i === 0 ? IN_WORDS[status] : '',
      count.toLocaleString('en-US'),
      key,
    ]);
  });
  return `${table(['destination', 'status', 'rows', 'file'], rows)}\n`;
}
