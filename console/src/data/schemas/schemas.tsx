import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { DataTabs } from '../data-tabs.tsx';

const t = texts.data.schemas;
type Schema = AnswerOf<'GET /tributary/data/schemas'>['schemas'][number];

const COLUMNS: readonly Column<Schema>[] = [
  {
    key: 'title',
    label: t.columns.title,
    cell: ({ id, title }) => (
      <Anchor component={Link} to={`/data/schemas/${encodeURIComponent(id)}`} fw={600}>
        {title}
      </Anchor>
    ),
  },
  { key: 'class', label: t.columns.class, cell: (schema) => schema.class.split('/').at(-1) },
  { key: 'datasets', label: t.columns.datasets, cell: ({ datasets }) => datasets.join(', ') || '–' },
];

/** The company's own schemas. */
export function Schemas() {
  const schemas = useRead('GET /tributary/data/schemas', {}, EVERY.definition);
  const shows = <Empty says={t.empty} />;
  return (
    <>
      <DataTabs lead={t.lead} />
      <Reading of={schemas} height={320} empty={{ when: (read) => read.schemas.length === 0, shows }}>
        {({ schemas: all }) => (
          <DataTable label={t.label} columns={COLUMNS} rows={all} keyOf={({ id }) => id} total={all.length} />
        )}
      </Reading>
    </>
  );
}
