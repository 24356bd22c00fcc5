import { Code, Group, Spoiler, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { useReadPages } from '#console/api/use-read-pages.ts';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';

const t = texts.profiles.events;
type Answer = AnswerOf<'GET /tributary/profiles/{reference}/events'>;
type Event = Answer['events'][number];

const COLUMNS: readonly Column<Event>[] = [
  { key: 'time', label: t.time, cell: ({ time }) => utc(time) },
  { key: 'type', label: t.type, cell: ({ type }) => type ?? texts.profiles.masked },
  { key: 'dataset', label: t.dataset, cell: ({ dataset }) => dataset },
  {
    key: 'event',
    label: t.event,
    cell: ({ event }) =>
      event === undefined ? (
        texts.profiles.masked
      ) : (
        <Spoiler maxHeight={24} showLabel={t.show} hideLabel={texts.dialog.close}>
          <Code block>{JSON.stringify(event, undefined, 2)}</Code>
        </Spoiler>
      ),
  },
];

/** The events of a person, the newest first, by type and dataset. */
export function Timeline({ reference }: { readonly reference: string }) {
  const [type, setType] = useState('');
  const [dataset, setDataset] = useState('');
  const { read, more, isReadingMore } = useReadPages<Answer, Event>({
    addressOf: (start) => {
      const given = Object.entries({ type: type.trim(), dataset: dataset.trim(), start: start ?? '' });
      const query = new URLSearchParams(given.filter(([, value]) => value !== ''));
      return `/tributary/profiles/${encodeURIComponent(reference)}/events?${query}`;
    },
    rowsOf: ({ events }) => events,
    cursorOf: ({ next }) => next,
  });
  return (
    <>
      <Group gap="sm" mb="sm">
        <TextInput label={t.type} value={type} onChange={(event) => setType(event.currentTarget.value)} />
        <TextInput label={t.dataset} value={dataset} onChange={(event) => setDataset(event.currentTarget.value)} />
      </Group>
      <Reading of={read} height={320} empty={{ when: (rows) => rows.length === 0, shows: <Empty says={t.none} /> }}>
        {(rows) => (
          <DataTable
            label={texts.profiles.tabs.events}
            columns={COLUMNS}
            rows={rows}
            keyOf={({ id, identity }) => `${identity.id} ${id}`}
            more={more}
            isReadingMore={isReadingMore}
          />
        )}
      </Reading>
    </>
  );
}
