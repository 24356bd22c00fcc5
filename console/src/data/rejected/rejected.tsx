import { Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { DownloadIcon } from '@primer/octicons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '#console/api/call.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { Failed } from '#console/parts/failed.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { Since } from '#console/parts/since.tsx';
import { texts } from '#console/texts/index.ts';
import { DataTabs } from '../data-tabs.tsx';
import { useDatasets } from '../datasets/use-datasets.ts';
import { fieldOf, type RejectedRecord } from '../model.ts';
import { Correct } from './correct.tsx';
import { type RejectedFilter, readRejectedFilter } from './filter.ts';
import { Reasons } from './reasons.tsx';
import { useRejected } from './use-rejected.ts';

const t = texts.data.rejected;

/** Rejected records beside their reasons; one after the other is corrected and ingested in its place. */
export function Rejected() {
  const filter = readRejectedFilter(useSearch({ strict: false }) as Readonly<Record<string, unknown>>);
  const [open, setOpen] = useState<RejectedRecord>();
  return (
    <Stack gap="md">
      <DataTabs lead={t.lead} />
      <Bar filter={filter} />
      <Reasons filter={filter} />
      <Records filter={filter} open={setOpen} />
      <Correct record={open} close={() => setOpen(undefined)} />
    </Stack>
  );
}

function Bar({ filter }: { readonly filter: RejectedFilter }) {
  const navigate = useNavigate();
  const datasets = useDatasets();
  const set = (dataset: string | null) =>
    void navigate({ to: '/data/rejected' as never, search: (dataset === null ? {} : { dataset }) as never });
  const command = [
    'tributary quarantine list',
    ...(filter.dataset === undefined ? [] : [`--dataset ${filter.dataset}`]),
    ...(filter.reason === undefined ? [] : [`--reason ${filter.reason}`]),
  ].join(' ');
  return (
    <Group justify="space-between" align="flex-end">
      <Group align="flex-end">
        <Select
          label={t.dataset}
          placeholder={t.anyDataset}
          data={datasets.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          value={filter.dataset ?? null}
          onChange={set}
          clearable
          clearButtonProps={{ 'aria-label': t.anyDataset }}
        />
        {filter.batch !== undefined && <Text size="sm">{t.ofBatch(filter.batch)}</Text>}
        {(filter.reason !== undefined || filter.batch !== undefined) && (
          <Button variant="default" onClick={() => set(filter.dataset ?? null)}>
            {t.all}
          </Button>
        )}
      </Group>
      <Group gap="xs">
        <CopyAs
          command={command}
          request={{ path: `/tributary/data/rejected?${new URLSearchParams({ ...filter })}` }}
        />
        <Guarded scope="profile:read" leftSection={<DownloadIcon size={16} />} onClick={() => void download(filter)}>
          {t.download}
        </Guarded>
      </Group>
    </Group>
  );
}

/** Pages of a download: what is more than these is for a program. */
const MAX_PAGES = 50;

/** Only the rejected rows, a line each, as "quarantine replay --corrected" takes them. */
async function download(filter: RejectedFilter): Promise<void> {
  const lines: string[] = [];
  let start: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data } = await call('GET /tributary/data/rejected/export', { query: { ...filter, start } as never });
    lines.push(data.lines);
    start = data.next;
    if (start === undefined) break;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
  link.download = t.downloaded;
  link.click();
  URL.revokeObjectURL(link.href);
}

interface RecordsProps {
  readonly filter: RejectedFilter;
  readonly open: (record: RejectedRecord) => void;
}

function Records({ filter, open }: RecordsProps) {
  const records = useRejected(filter);
  const { data, error, hasNextPage, isFetchingNextPage, refetch, fetchNextPage } = records;
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={480} role="status" aria-label={texts.states.loading} />;
  const all = data.pages.flatMap(({ rejected }) => rejected);
  if (all.length === 0) return <Empty says={t.empty} />;
  return (
    <DataTable
      label={t.label}
      columns={columnsFor(open)}
      rows={all}
      keyOf={({ reference }) => reference}
      more={hasNextPage ? () => void fetchNextPage() : undefined}
      isReadingMore={isFetchingNextPage}
    />
  );
}

function columnsFor(open: RecordsProps['open']): readonly Column<RejectedRecord>[] {
  const first = ({ rejections }: RejectedRecord) => rejections[0];
  return [
    {
      key: 'row',
      label: t.columns.row,
      cell: (record) =>
        record.isWholeFile ? (
          t.wholeFile
        ) : (
          <Button variant="subtle" size="compact-sm" onClick={() => open(record)}>
            {record.row === undefined ? t.message : t.record(record.row)}
          </Button>
        ),
    },
    { key: 'source', label: t.columns.source, cell: ({ source }) => source.replace(/^landing\/[^/]+\//, '') },
    {
      key: 'field',
      label: t.columns.field,
      cell: (record) => {
        const [one, ...others] = record.rejections;
        return `${one ? fieldOf(one) : '–'}${others.length > 0 ? ` ${t.more(others.length)}` : ''}`;
      },
    },
    { key: 'found', label: t.columns.found, cell: (record) => first(record)?.found ?? '–' },
    { key: 'expected', label: t.columns.expected, cell: (record) => first(record)?.expected ?? '–' },
    { key: 'reason', label: t.columns.reason, cell: (record) => first(record)?.message },
    { key: 'received', label: t.columns.received, cell: ({ receivedAt }) => <Since at={receivedAt} /> },
  ];
}
