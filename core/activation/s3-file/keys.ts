import { hash } from 'node:crypto';

/** Where the exports bucket keeps what is not a file for a destination. */

export const pendingPrefix = (outletId: string): string => `pending/${outletId}/`;

/** The same messages always make the same part, however often and in whatever order they come. */
export const pendingKey = (outletId: string, messageIds: readonly string[]): string =>
  `${pendingPrefix(outletId)}${hash('sha256', [...messageIds].sort().join('\n')).slice(0, 32)}.ndjson`;

/** An export that has begun: its slot and the parts it takes. */
export const manifestKey = (outletId: string): string => `exporting/${outletId}.json`;

export const exportedPrefix = (outletId: string): string => `exported/${outletId}/`;

/** What an export told, by row: what comes back late is compared with it. */
export const exportedKey = (outletId: string, slot: number): string =>
  `${exportedPrefix(outletId)}${String(slot).padStart(13, '0')}.tsv`;

export const slotOfExportedKey = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1, -'.tsv'.length));

export const membersPrefix = (outletId: string): string => `members/${outletId}/`;

/** Everybody who is a member after the export of a slot. */
export const membersKey = (outletId: string, slot: number): string =>
  `${membersPrefix(outletId)}${String(slot).padStart(13, '0')}.ndjson`;
