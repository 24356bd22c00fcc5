import type { AnswerOf } from '#client/client.ts';

export type Batch = AnswerOf<'GET /tributary/data/batches'>['batches'][number];
export type RejectedRecord = AnswerOf<'GET /tributary/data/rejected'>['rejected'][number];
export type Rejection = RejectedRecord['rejections'][number];
export type SchemaField = AnswerOf<'GET /tributary/data/schemas/{id}'>['fields'][number];
type DatasetCounts = AnswerOf<'GET /tributary/counts'>['records'][string];

const METHODS = ['stream', 'batch', 'replay'] as const;

/** What became of the records of a dataset, however they came; undefined where nothing was counted yet. */
export function outcomesOf(counts: DatasetCounts | undefined) {
  if (!counts) return undefined;
  const sum = (name: 'accepted' | 'rejected' | 'duplicate'): number =>
    METHODS.reduce((all, method) => all + counts[method][name], 0);
  return { accepted: sum('accepted'), rejected: sum('rejected'), duplicate: sum('duplicate') };
}

/** How many batches a dataset has had. */
export const batchesOf = (counts: DatasetCounts | undefined): number | undefined =>
  counts && Object.values(counts.batches).reduce((all, n) => all + n, 0);

/** The sign of the state of a batch. */
const SIGNS: Readonly<Record<string, string>> = {
  success: 'ok',
  failed: 'failed',
  staging: 'running',
  processing: 'running',
  loading: 'draft',
  loaded: 'running',
};
export const signOf = (status: string): string => SIGNS[status] ?? 'archived';

/** How far a batch has come, as shares from 0 to 1; undefined before anybody has begun with it. */
export function progressOf({ chunks, validated, counts, partialIngestionPercentage, status }: Batch) {
  if (!chunks) return undefined;
  const share = (done: number): number => (chunks.all === 0 ? 1 : done / chunks.all);
  const seen = validated && validated.accepted + validated.rejected > 0 ? validated : counts;
  const all = seen ? seen.accepted + seen.rejected + seen.duplicate : 0;
  return {
    validation: share(chunks.validated),
    ingestion: share(chunks.completed),
    rejectedShare: seen && all > 0 ? seen.rejected / all : 0,
    limit: (partialIngestionPercentage ?? 0) / 100,
    isOver: ['success', 'failed', 'ignored', 'inactive', 'aborted'].includes(status),
  };
}

/** What people call the file of a batch: the last part of its key. */
export const fileOf = ({ file }: Pick<Batch, 'file'>): string | undefined =>
  file?.replace(/^landing\/[^/]+\//, '').replace(/\.tributary-batch$/, '');

/** Where in a record something is wrong: its column, or the path of its field. */
export const fieldOf = ({ column, pointer }: Pick<Rejection, 'column' | 'pointer'>): string =>
  column ?? (pointer === undefined ? '–' : pointer.split('/').slice(1).map(stepOf).join('.') || '–');

const stepOf = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

/** A row of CSV with usual quotes, from its cells. */
export const rowOf = (cells: readonly string[]): string =>
  cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');

/** The columns of a row that its rejections name: by column, or by the last name of the field that it became. */
export function wrongColumns(header: readonly string[], rejections: readonly Rejection[]): ReadonlySet<string> {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const named = rejections.flatMap(({ column, pointer }) => [column, pointer?.split('/').at(-1)]);
  const wrong = new Set(named.flatMap((name) => (name === undefined ? [] : [plain(name)])));
  return new Set(header.filter((name) => wrong.has(plain(name))));
}

/** Fields of a schema that have a text in their path, title, labels or identity, with those that they lie in. */
export function foundFields(fields: readonly SchemaField[], text: string): readonly SchemaField[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return fields;
  const fits = ({ path, title = '', labels, identity }: SchemaField): boolean =>
    [path, title, ...labels, identity?.namespace ?? ''].some((one) => one.toLowerCase().includes(wanted));
  const paths = fields.filter(fits).map(({ path }) => path);
  const shown = new Set(paths.flatMap((path) => path.split('.').map((_, i, steps) => steps.slice(0, i + 1).join('.'))));
  return fields.filter(({ path }) => shown.has(path));
}
