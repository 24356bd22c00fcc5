import { Anchor, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { count, share } from '#console/parts/number.ts';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { texts } from '#console/texts/index.ts';
import { excludedOf } from './model.ts';

const t = texts.destinations;
type Row = AnswerOf<'GET /tributary/destinations'>['destinations'][number];

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'name',
    label: t.columns.name,
    cell: ({ id, name }) => (
      <Anchor component={Link} to={`/destinations/${encodeURIComponent(id)}/overview`}>
        {name}
      </Anchor>
    ),
  },
  { key: 'state', label: t.columns.state, cell: ({ state }) => <DestinationState state={state} /> },
  { key: 'audiences', label: t.columns.audiences, isNumber: true, cell: ({ segments }) => count(segments.length) },
  { key: 'received', label: t.columns.received, isNumber: true, cell: ({ lastDay }) => count(lastDay.received) },
  { key: 'activated', label: t.columns.activated, isNumber: true, cell: ({ lastDay }) => count(lastDay.activated) },
  { key: 'failed', label: t.columns.failed, isNumber: true, cell: ({ lastDay }) => count(lastDay.failed) },
  { key: 'excluded', label: t.columns.excluded, isNumber: true, cell: ({ lastDay }) => count(excludedOf(lastDay)) },
  { key: 'waiting', label: t.columns.waiting, isNumber: true, cell: ({ lastDay }) => count(lastDay.waiting) },
  { key: 'rate', label: t.columns.rate, isNumber: true, cell: ({ lastDay }) => share(lastDay.activationRate) },
];

/** All destinations of the stage. */
export function Destinations() {
  const read = useRead('GET /tributary/destinations', {}, EVERY.count);
  const connect = (
    <Button component={Link} to="/destinations/catalog">
      {t.connect}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t.title}
        lead={t.lead}
        actions={
          <>
            <CopyAs command="tributary destination list" request={{ path: '/tributary/destinations' }} />
            {connect}
          </>
        }
      />
      <Reading
        of={read}
        height={320}
        empty={{ when: (data) => data.destinations.length === 0, shows: <Empty says={t.none} action={connect} /> }}
      >
        {({ destinations }) => (
          <DataTable label={t.title} columns={COLUMNS} rows={destinations} keyOf={({ id }) => id} />
        )}
      </Reading>
    </>
  );
}

const SIGNS: Readonly<Record<string, string>> = { on: 'ok', off: 'draft', paused: 'paused', held: 'held' };

/** The state of a destination in words. */
export const DestinationState = ({ state }: { readonly state: string }) => (
  <StateBadge state={SIGNS[state] ?? 'waiting'} label={t.states[state] ?? state} />
);
