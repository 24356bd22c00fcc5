import { linesOf, type RejectedRow } from './inbound-file.ts';
import type { InboundName } from './inbound-name.ts';

export interface IdSync {
  /** The ids of one user, in the order of the data providers of the file's name. */
  readonly rows: readonly (readonly string[])[];
  readonly rejected: readonly RejectedRow[];
}

const UUID = /^\d{38}$/;

/** Reads an id synchronisation file (aep.md §7.6): as many ids in each row, with tabs between, as its name has providers. */
export function readIdSync({ dataProviderIds }: Extract<InboundName, { kind: 'idSync' }>, text: string): IdSync {
  const rows: string[][] = [];
  const rejected: RejectedRow[] = [];
  for (const { line, content } of linesOf(text)) {
    const ids = content.split('\t');
    const reason = reasonAgainst(ids, dataProviderIds, content);
    if (reason === undefined) rows.push(ids);
    else rejected.push({ line, reason });
  }
  return { rows, rejected };
}

function reasonAgainst(
  ids: readonly string[],
  dataProviderIds: readonly number[],
  content: string,
): string | undefined {
  if (/[\t ]$/.test(content)) return 'a row that ends with a tab or a blank is not processed';
  if (ids.length !== dataProviderIds.length) return `${ids.length} ids for ${dataProviderIds.length} data providers`;
  if (ids.includes('')) return 'an id is missing';
  const own = dataProviderIds.indexOf(0);
  return own >= 0 && !UUID.test(ids[own]!) ? 'an id of Audience Manager has 38 digits' : undefined;
}
