import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { ExportFile } from '#core/activation/files/export-file.ts';
import type { FileRow } from '#core/activation/files/pending.ts';
import { identityKey } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';
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
  /** Id of the destination: the first folder, where no partner is given. */
  readonly id: string;
  readonly dataProviderIds?: Readonly<Record<string, number>> | undefined;
  readonly partner?: string | undefined;
  readonly targetDataProviderId?: number | undefined;
  /** Number of the trait of a segment, by segment id. */
  readonly traits?: Readonly<Record<string, number>> | undefined;
  readonly gzip?: boolean | undefined;
}

/** `sync` adds to what is known of a user, `overwrite` puts itself in its place (AAM-SYNC-1, AAM-SYNC-2). */
export type HubFileMode = 'sync' | 'overwrite';

export interface HubFiles {
  readonly files: readonly ExportFile[];
  /** Why identities are in no file, one entry each. */
  readonly invalid: readonly InvalidId[];
}

/**
 * The files of the hub (aep.md §7.6), one for each data provider id, split where it grows too big; none is empty.
 * A row is `<id>⇥"segID"="A1",d_unsid=A3`: the signal of an entered segment, the removal of one that was left. Where the
 * destination knows the trait of a segment it is `d_sid=24` and `d_unsid=26`.
 * @param rows the latest of each identity and segment; in an `overwrite` file all that is to be known of an identity
 * @param slot epoch ms of the export; gives folder and file their names
 */
export function hubFiles(
  settings: HubSettings,
  rows: readonly FileRow[],
  slot: number,
  limits: HubFileLimits = LIMITS,
  mode: HubFileMode = 'sync',
): HubFiles {
  const invalid: InvalidId[] = [];
  const users = new Map<string, { declared: DeclaredId; latest: Map<string, FileRow> }>();
  for (const own of groupBy(rows, ({ identity }) => identityKey(identity)).values()) {
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

  const byProvider = [...groupBy(users.values(), ({ declared }) => declared.dataProviderId)];
  const files = byProvider
    .sort(([a], [b]) => a - b)
    .flatMap(([dataProviderId, group]) => {
      const packer = new FilePacker(fileName(settings, dataProviderId, slot, mode), limits, settings.gzip ?? false);
      for (const { declared, latest } of group) {
        // What a file overwrites is gone: removals mean nothing in it.
        const memberships = [...latest.values()].filter(({ status }) => mode === 'sync' || status === 'realized');
        packer.add(
          declared.id,
          memberships.map((row) => field(row, settings.traits)),
        );
      }
      return packer.files();
    });
  return { files, invalid };
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const seconds = (at: number): string => String(Math.floor(at / 1000)).padStart(10, '0');

/** `<partner>/date=yyyy-mm-dd/ftp_dpm_<DPID>[_<TARGET_DPID>]_<10-digit timestamp>.sync` */
function fileName(settings: HubSettings, dataProviderId: number, slot: number, mode: HubFileMode): string {
  const target = settings.targetDataProviderId === undefined ? '' : `_${settings.targetDataProviderId}`;
  const folder = `${settings.partner ?? settings.id}/date=${day(slot)}`;
  return `${folder}/ftp_dpm_${dataProviderId}${target}_${seconds(slot)}.${mode}`;
}

function field({ segmentId, status }: FileRow, traits: HubSettings['traits'] = {}): string {
  const trait = Object.hasOwn(traits, segmentId) ? traits[segmentId] : undefined;
  if (status === 'exited') return `d_unsid=${trait ?? segmentId}`;
  return trait === undefined ? `"segID"="${segmentId}"` : `d_sid=${trait}`;
}

/** Puts rows into files without exceeding what a row, a user and a file may have. */
class FilePacker {
  readonly #name: string;
  readonly #limits: HubFileLimits;
  readonly #gzip: boolean;
  readonly #bodies: { lines: string[]; bytes: number; memberships: number }[] = [];

  constructor(name: string, limits: HubFileLimits, gzip: boolean) {
    this.#name = name;
    this.#limits = limits;
    this.#gzip = gzip;
  }

  add(id: string, memberships: readonly string[]): void {
    if (memberships.length === 0) return;
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

  *#lines(id: string, memberships: readonly string[]): Iterable<{ line: string; count: number }> {
    let line = '';
    let count = 0;
    for (const next of memberships) {
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

  /** `….sync`, or `….sync.1`, `….sync.2` where there are several; compressed, with `.gz` behind. */
  files(): ExportFile[] {
    return this.#bodies.map(({ lines, memberships }, index) => {
      const name = this.#bodies.length === 1 ? this.#name : `${this.#name}.${index + 1}`;
      const body = lines.join('');
      return this.#gzip
        ? { key: `${name}.gz`, body, bytes: gzipSync(body), contentType: 'application/gzip', rows: memberships }
        : { key: name, body, contentType: 'text/plain; charset=utf-8', rows: memberships };
    });
  }
}
