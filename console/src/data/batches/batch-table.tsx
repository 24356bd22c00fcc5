import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { count, share } from '#console/parts/number.ts';
import { Since } from '#console/parts/since.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { texts } from '#console/texts/index.ts';
import { type Batch, fileOf, progressOf, signOf } from '../model.ts';

const t = texts.data.batches;

const number = (key: 'accepted' | 'rejected' | 'duplicate'): Column<Batch> => ({
  key,
  label: t.columns[key],
  isNumber: true,
  cell: ({ counts }) => count(counts?.[key]),
});

const COLUMNS: readonly Column<Batch>[] = [
  {
    key: 'file',
    label: t.columns.file,
    cell: (batch) => (
      <Anchor component={Link} to={`/data/batches/${encodeURIComponent(batch.id)}`} fw={600}>
        {fileOf(batch) ?? t.noFile}
      </Anchor>
    ),
  },
  { key: 'dataset', label: t.columns.dataset, cell: ({ dataset }) => dataset },
  {
    key: 'state',
    label: t.columns.state,
    cell: ({ status }) => <StateBadge state={signOf(status)} label={texts.data.states[status] ?? status} />,
  },
  number('accepted'),
  number('rejected'),
  number('duplicate'),
  {
    key: 'progress',
    label: t.columns.progress,
    isNumber: true,
    cell: (batch) => {
      const progress = progressOf(batch);
      return progress ? share((progress.validation + progress.ingestion) / 2) : '–';
    },
  },
  { key: 'created', label: t.columns.created, cell: ({ createdAt }) => <Since at={createdAt} /> },
];

interface Props {
  readonly batches: readonly Batch[];
  readonly more?: (() => void) | undefined;
  readonly isReadingMore?: boolean;
}

/** Batches, each with how far it has come. */
export const BatchTable = ({ batches, more, isReadingMore = false }: Props) => (
  <DataTable
    label={t.label}
    columns={COLUMNS}
    rows={batches}
    keyOf={({ id }) => id}
    more={more}
    isReadingMore={isReadingMore}
  />
);
