import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { texts } from '#console/texts/index.ts';
import { type Attribute, shownValue } from './model.ts';

const t = texts.profiles.attributes;
const COLUMNS: readonly Column<Attribute>[] = [
  { key: 'path', label: t.path, cell: ({ path }) => path.join('.') },
  { key: 'value', label: t.value, cell: shownValue },
  { key: 'dataset', label: t.dataset, cell: ({ dataset }) => dataset },
  { key: 'recorded', label: t.recorded, cell: ({ recordedAt }) => <Since at={recordedAt} /> },
];

/** Every value of a person, with the record that set it. */
export function Attributes({ reference }: { readonly reference: string }) {
  const read = useRead('GET /tributary/profiles/{reference}/attributes', { path: { reference } }, EVERY.count);
  return (
    <Reading
      of={read}
      height={320}
      empty={{ when: (data) => data.attributes.length === 0, shows: <Empty says={t.none} /> }}
    >
      {({ attributes }) => (
        <DataTable
          label={texts.profiles.tabs.attributes}
          columns={COLUMNS}
          rows={attributes}
          keyOf={({ path, dataset }) => JSON.stringify([path, dataset])}
        />
      )}
    </Reading>
  );
}
