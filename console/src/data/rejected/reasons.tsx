import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { count } from '#console/parts/number.ts';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { fieldOf } from '../model.ts';
import type { RejectedFilter } from './filter.ts';

const t = texts.data.rejected;
type Group = AnswerOf<'GET /tributary/data/rejected/reasons'>['groups'][number];

const columnsFor = (filter: RejectedFilter): readonly Column<Group>[] => [
  {
    key: 'reason',
    label: t.columns.reason,
    cell: ({ code }) => (
      <Anchor component={Link} to={addressOf({ ...filter, reason: code })}>
        {code}
      </Anchor>
    ),
  },
  { key: 'field', label: t.columns.field, cell: (group) => fieldOf(group) },
  { key: 'found', label: t.columns.found, cell: ({ found }) => found ?? '–' },
  { key: 'expected', label: t.columns.expected, cell: ({ expected }) => <Text size="sm">{expected ?? '–'}</Text> },
  { key: 'records', label: t.label, isNumber: true, cell: ({ records }) => count(records) },
];

const addressOf = (filter: RejectedFilter): string =>
  `/data/rejected?${new URLSearchParams(Object.entries(filter)).toString()}`;

/** Why records were rejected, and how many: the most frequent first. */
export function Reasons({ filter }: { readonly filter: RejectedFilter }) {
  const reasons = useRead('GET /tributary/data/rejected/reasons', { query: filter as never }, EVERY.count);
  const shows = <Empty says={texts.data.dataset.noReasons} />;
  return (
    <Reading of={reasons} height={160} empty={{ when: ({ groups }) => groups.length === 0, shows }}>
      {({ groups, isWhole, records }) => (
        <>
          <DataTable
            label={t.reasons}
            columns={columnsFor(filter)}
            rows={groups}
            keyOf={(group) => JSON.stringify(group)}
            total={groups.length}
          />
          {!isWhole && (
            <Text size="sm" c="dimmed">
              {t.records(count(records))} {t.reasonsPartly}
            </Text>
          )}
        </>
      )}
    </Reading>
  );
}
