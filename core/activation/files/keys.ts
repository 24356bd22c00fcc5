import { hash } from 'node:crypto';

/** Where the exports bucket keeps what is not a file for a destination. */

const PENDING = 'pending/';

/** Where parts of a delivery lane wait for its next file. */
export const pendingPrefix = (laneId: string): string => `${PENDING}${laneId}/`;

/** Whether an object waits for the next file of any lane. */
export const isPendingKey = (key: string): boolean => key.startsWith(PENDING);

/** The same messages always make the same part, however often and in whatever order they come. */
export const pendingKey = (laneId: string, messageIds: readonly string[]): string =>
  `${pendingPrefix(laneId)}${hash('sha256', [...messageIds].sort().join('\n')).slice(0, 32)}.ndjson`;

/** An export that has begun: its slot and the parts it takes. */
export const manifestKey = (laneId: string): string => `exporting/${laneId}.json`;

/** Until when somebody delivers the files of a lane. */
export const leaseKey = (laneId: string): string => `delivering/${laneId}.json`;

/** What the keys of everything that the exports of a delivery lane wrote begin with. */
export const exportedPrefix = (laneId: string): string => `exported/${laneId}/`;

/** What an export wrote, by row: what comes back late is compared with it. @param slot epoch ms */
export const exportedKey = (laneId: string, slot: number): string =>
  `${exportedPrefix(laneId)}${String(slot).padStart(13, '0')}.tsv`;

/** Inverse of {@link exportedKey}: the slot, in epoch ms. */
export const slotOfExportedKey = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1, -'.tsv'.length));

/** What the keys of the members after each export of a delivery lane begin with. */
export const membersPrefix = (laneId: string): string => `members/${laneId}/`;

/** Everybody who is a member after the export of a slot. @param slot epoch ms */
export const membersKey = (laneId: string, slot: number): string =>
  `${membersPrefix(laneId)}${String(slot).padStart(13, '0')}.ndjson`;
