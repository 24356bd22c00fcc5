import { hash } from 'node:crypto';
import { type HubDelivery, hubDelivery, type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';

/** What waits for the next file of a destination: `s3-file` and the hub of Audience Manager alike. */
export type FileDelivery = ProfileDelivery | HubDelivery;

/** One membership of one identity, as the latest delivery told it. */
export interface FileRow {
  readonly identity: Identity;
  readonly segmentId: string;
  readonly status: 'realized' | 'exited';
  /** Epoch ms. */
  readonly lastQualificationTime: number;
  /** What is told later has the larger revision. */
  readonly revision: number;
  /** Epoch ms; decides between two tellings of the same revision. */
  readonly decidedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The identity that stands for all that were told together: a file with a row for each person takes this one. */
  readonly first?: IdentityKey;
}

/** The bodies of one batch of deliveries as the lines of a pending part. */
export const pendingPart = (deliveries: readonly FileDelivery[]): string =>
  deliveries.map((delivery) => `${JSON.stringify(delivery)}\n`).join('');

/**
 * Reads a pending part.
 * @throws Error naming the line that is no delivery
 */
export function readPendingPart(text: string): FileDelivery[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const value = parse(line);
      const schema = (value as { kind?: unknown } | undefined)?.kind === 'aam-hub' ? hubDelivery : profileDelivery;
      const result = schema.safeParse(value);
      if (!result.success) throw new Error(`line ${index + 1} is not a delivery for a file`);
      return result.data;
    });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Names a membership of an identity without saying whose it is. */
export const rowKey = ({ identity, segmentId }: Pick<FileRow, 'identity' | 'segmentId'>): string =>
  hash('sha256', `${identityKey(identity)}\n${segmentId}`, 'base64url').slice(0, 22);

/** Whether `a` was told after `b`. */
export const isLater = (
  a: Pick<FileRow, 'revision' | 'decidedAt'>,
  b: Pick<FileRow, 'revision' | 'decidedAt'>,
): boolean => a.revision > b.revision || (a.revision === b.revision && a.decidedAt > b.decidedAt);

/** The better of two rows: the later news of one profile item; where neither is later, the latest qualification. */
const isNewer = (a: FileRow, b: FileRow): boolean =>
  a.revision > b.revision || (a.revision === b.revision && isBetter(a, b));

/** Whether `a` is the better row where several people share what rows are made one by: the latest qualification. */
export const isBetter = (a: FileRow, b: FileRow): boolean =>
  a.lastQualificationTime > b.lastQualificationTime ||
  (a.lastQualificationTime === b.lastQualificationTime && isLater(a, b));

/** Collects deliveries in any order, with repetitions, and keeps the latest of each identity and segment. */
export class LatestRows {
  readonly #rows = new Map<IdentityKey, Map<string, FileRow>>();

  add(delivery: FileDelivery): void {
    const { revision, decidedAt } = delivery;
    const attributes = delivery.kind === 'profile' ? delivery.attributes : {};
    const first = identityKey(delivery.identities[0]!);
    for (const identity of delivery.identities) {
      const key = identityKey(identity);
      const segments = this.#rows.get(key) ?? new Map<string, FileRow>();
      this.#rows.set(key, segments);
      for (const { segmentId, status, lastQualificationTime } of delivery.changes) {
        const row = { identity, segmentId, status, lastQualificationTime, revision, decidedAt, attributes, first };
        const known = segments.get(segmentId);
        if (!known || isNewer(row, known)) segments.set(segmentId, row);
      }
    }
  }

  /** By identity, then by segment, so that the same rows always make the same file. */
  rows(): FileRow[] {
    return [...this.#rows.keys()].sort().flatMap((key) => {
      const segments = this.#rows.get(key)!;
      return [...segments.keys()].sort().map((segmentId) => segments.get(segmentId)!);
    });
  }
}
