import { Buffer } from 'node:buffer';
import type { ExportFile } from '#core/activation/s3-file/membership-files.ts';
import type { FileRow } from '#core/activation/s3-file/pending.ts';
import { identityKey } from '#core/identity/identity.ts';
import { type DeclaredId, declaredId, type InvalidId } from './identities.ts';

/** What an inbound file may hold (aep.md §7.6). */
export interface HubFileLimits {
  readonly rowBytes: number;
  readonly rowsPerUser: number;
  readonly fileBytes: number;
}

/** Files are split well before the 1 GB at which Audience Manager asks for it: they are made in memory. */
const LIMITS: HubFileLimits = { rowBytes: 102_400, rowsPerUser: 200, fileBytes: 256_000_000 };

export interface HubSettings {
  /** Id of the destination: the first folder. */
  readonly id: string;
  readonly dataProviderIds?: Readonly<Record<string, number>> | undefined;
}

export interface HubFiles {
  readonly files: readonly ExportFile[];
  /** Why identities are in no file, one entry each. */
  readonly invalid: readonly InvalidId[];
}

/**
 * The `.sync` files of the hub (aep.md §7.6), one for each data provider id, split where it grows too big; none is empty.
 * A row is `<id>⇥"segID"="A1",d_unsid=A3`: the signal of an entered segment, the removal of one that was left.
 * @param rows the latest of each identity and segment
 * @param slot epoch ms of the export; gives folder and file their names
 */
export function hubFiles(
  settings: HubSettings,
  rows: readonly FileRow[],
  slot: number,
  limits: HubFileLimits = LIMITS,
): HubFiles {
  const invalid: InvalidId[] = [];
  const users = new Map<string, { declared: DeclaredId; latest: Map<string, FileRow> }>();
  for (const own of Map.groupBy(rows, ({ identity }) => identityKey(identity)).values()) {
    const declared = declaredId(own[0]!.identity, settings.dataProviderIds);
    if (typeof declared === 'string') {
      invalid.push(declared);
      continue;
    }
    // Two spellings of an identity are one user of Audience Manager.
    const key = `${declared.dataProviderId}:${declared.id}`;
    const user = users.get(key) ?? { declared, latest: new Map<string, FileRow>() };
    users.set(key, user);
    for (const row of own) {
      const known = user.latest.get(row.segmentId);
      if (!known || row.decidedAt >= known.decidedAt) user.latest.set(row.segmentId, row);
    }
  }

  const byProvider = [...Map.groupBy(users.values(), ({ declared }) => declared.dataProviderId)];
  const files = byProvider
    .sort(([a], [b]) => a - b)
    .flatMap(([dataProviderId, group]) => {
      const packer = new FilePacker(
        `${settings.id}/date=${day(slot)}/ftp_dpm_${dataProviderId}_${seconds(slot)}.sync`,
        limits,
      );
      for (const { declared, latest } of group) packer.add(declared.id, [...latest.values()]);
      return packer.files();
    });
  return { files, invalid };
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const seconds = (at: number): string => String(Math.floor(at / 1000)).padStart(10, '0');

const field = ({ segmentId, status }: FileRow): string =>
  status === 'realized' ? `"segID"="${segmentId}"` : `d_unsid=${segmentId}`;

/** Puts rows into files without exceeding what a row, a user and a file may have. */
class FilePacker {
  readonly #name: string;
  readonly #limits: HubFileLimits;
  readonly #bodies: { lines: string[]; bytes: number; memberships: number }[] = [];

  constructor(name: string, limits: HubFileLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  add(id: string, memberships: readonly FileRow[]): void {
    let rowsOfUser = 0;
    for (const { line, count } of this.#lines(id, memberships)) {
      const bytes = Buffer.byteLength(line);
      const last = this.#bodies.at(-1);
      const full = !last || last.bytes + bytes > this.#limits.fileBytes || rowsOfUser === this.#limits.rowsPerUser;
      if (full) rowsOfUser = 0;
      const body = full ? { lines: [], bytes: 0, memberships: 0 } : last;
      if (full) this.#bodies.push(body);
      body.lines.push(line);
      body.bytes += bytes;
      body.memberships += count;
      rowsOfUser++;
    }
  }

  *#lines(id: string, memberships: readonly FileRow[]): Iterable<{ line: string; count: number }> {
    let line = '';
    let count = 0;
    for (const next of memberships.map(field)) {
      if (line !== '' && Buffer.byteLength(line) + 2 + Buffer.byteLength(next) > this.#limits.rowBytes) {
        yield { line: `${line}\n`, count };
        line = '';
        count = 0;
      }
      line = line === '' ? `${id}\t${next}` : `${line},${next}`;
      count++;
    }
    yield { line: `${line}\n`, count };
  }

  /** `….sync`, or `….sync.1`, `….sync.2` where there are several. */
  files(): ExportFile[] {
    return this.#bodies.map(({ lines, memberships }, index) => ({
      key: this.#bodies.length === 1 ? this.#name : `${this.#name}.${index + 1}`,
      body: lines.join(''),
      contentType: 'text/plain; charset=utf-8',
      rows: memberships,
    }));
  }
}
