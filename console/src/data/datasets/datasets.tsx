import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { count } from '#console/parts/number.ts';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { texts } from '#console/texts/index.ts';
import { DataTabs } from '../data-tabs.tsx';
import { batchesOf, outcomesOf } from '../model.ts';
import { type Dataset, useDatasets } from './use-datasets.ts';

const t = texts.data.datasets;
type Counts = AnswerOf<'GET /tributary/counts'>;

/** All datasets, with what became of their records. */
export function Datasets() {
  const datasets = useDatasets();
  const counts = useRead('GET /tributary/counts', {}, EVERY.count);
  return (
    <>
      <DataTabs lead={t.lead} />
      <Reading of={datasets} height={320} empty={{ when: (all) => all.length === 0, shows: <Empty says={t.empty} /> }}>
        {(all) => <DatasetTable all={all} counts={counts.data?.data} />}
      </Reading>
    </>
  );
}

function DatasetTable({ all, counts }: { readonly all: readonly Dataset[]; readonly counts: Counts | undefined }) {
  const of = (id: string) => (counts ? (outcomesOf(counts.records[id]) ?? NOTHING) : undefined);
  const number = (key: 'accepted' | 'rejected' | 'duplicate'): Column<Dataset> => ({
    key,
    label: t.columns[key],
    isNumber: true,
    cell: ({ id }) =>
      key === 'rejected' && (of(id)?.rejected ?? 0) > 0 ? (
        <Anchor component={Link} to={`/data/rejected?dataset=${encodeURIComponent(id)}`}>
          {count(of(id)?.rejected)}
        </Anchor>
      ) : (
        count(of(id)?.[key])
      ),
  });
  const columns: readonly Column<Dataset>[] = [
    {
      key: 'name',
      label: t.columns.name,
      cell: ({ id, name }) => (
        <Anchor component={Link} to={`/data/datasets/${encodeURIComponent(id)}`} fw={600}>
          {name}
        </Anchor>
      ),
    },
    { key: 'schema', label: t.columns.schema, cell: ({ schema }) => schema },
    number('accepted'),
    number('rejected'),
    number('duplicate'),
    {
      key: 'batches',
      label: t.columns.batches,
      isNumber: true,
      cell: ({ id }) => count(counts && (batchesOf(counts.records[id]) ?? 0)),
    },
    { key: 'profile', label: t.columns.profile, cell: ({ isInProfiles }) => (isInProfiles ? t.yes : t.no) },
  ];
  return (
    <>
      <DataTable label={t.label} columns={columns} rows={all} keyOf={({ id }) => id} total={all.length} />
      {counts && (
        <Text size="sm" c="dimmed">
          {t.asOf} <Since at={counts.asOf} />
        </Text>
      )}
    </>
  );
}

const NOTHING = { accepted: 0, rejected: 0, duplicate: 0 };
