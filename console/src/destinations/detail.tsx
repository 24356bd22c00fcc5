import { Anchor, Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { AddressTabs } from '#console/parts/address-tabs.tsx';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { count, share } from '#console/parts/number.ts';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { texts } from '#console/texts/index.ts';
import { Credentials } from './credentials.tsx';
import { DestinationState } from './list.tsx';
import { type Balance, excludedOf, outcomeOf, yamlOf } from './model.ts';
import { Reasons } from './reasons.tsx';
import { RunsChart } from './runs-chart.tsx';
import { type Detail, Steer } from './steer.tsx';

const t = texts.destinations;
const TABS = Object.keys(t.tabs) as (keyof typeof t.tabs)[];

/** One destination; the tab is part of the address. */
export function DestinationScreen() {
  const { id, tab } = useParams({ strict: false }) as { readonly id: string; readonly tab: string };
  const read = useRead('GET /tributary/destinations/{id}', { path: { id } }, EVERY.rate);
  const place = `/destinations/${encodeURIComponent(id)}`;
  return (
    <Reading of={read} height={480}>
      {(destination) => (
        <>
          <PageHeader
            title={destination.name}
            crumbs={[{ label: t.title, to: '/destinations' }]}
            state={<DestinationState state={destination.state} />}
            lead={destination.title}
            actions={<Steer of={destination} />}
          />
          <AddressTabs
            label={destination.name}
            tabs={TABS.map((one) => ({ to: `${place}/${one}`, label: t.tabs[one] }))}
          />
          <Stack mt="md" gap="md">
            {tab === 'mapping' && <Mapping of={destination} />}
            {tab === 'audiences' && <Audiences of={destination} />}
            {(tab === 'runs' || tab === 'overview') && <Runs id={id} isBrief={tab === 'overview'} of={destination} />}
            {tab === 'failures' && <Failures id={id} />}
            {tab === 'settings' && <Settings of={destination} />}
          </Stack>
        </>
      )}
    </Reading>
  );
}

/** What was received, and what became of it: it adds up. */
function BalanceLine({ of: balance }: { readonly of: Balance }) {
  const parts = [
    t.parts.activated(count(balance.activated)),
    t.parts.failed(count(balance.failed)),
    t.parts.excluded(count(excludedOf(balance))),
    t.parts.waiting(count(balance.waiting)),
  ].join(' + ');
  return (
    <div className="tile">
      <Text fw={600}>{t.balance(count(balance.received + balance.fromBefore), parts)}</Text>
      {balance.fromBefore > 0 && <Text size="sm">{t.fromBefore(count(balance.fromBefore))}</Text>}
    </div>
  );
}

type Run = AnswerOf<'GET /tributary/destinations/{id}/runs'>['runs'][number];
const SIGNS = { complete: 'ok', partial: 'held', failed: 'failed', waiting: 'waiting', none: 'draft' } as const;

const RUN_COLUMNS: readonly Column<Run>[] = [
  { key: 'hour', label: t.runs.hour, cell: ({ hour }) => `${hour.replace('T', ' ')}:00` },
  {
    key: 'outcome',
    label: t.runs.outcome,
    cell: (run) => <StateBadge state={SIGNS[outcomeOf(run)]} label={t.outcomes[outcomeOf(run)]} />,
  },
  { key: 'received', label: t.columns.received, isNumber: true, cell: ({ received }) => count(received) },
  { key: 'activated', label: t.columns.activated, isNumber: true, cell: ({ activated }) => count(activated) },
  { key: 'failed', label: t.columns.failed, isNumber: true, cell: ({ failed }) => count(failed) },
  { key: 'excluded', label: t.columns.excluded, isNumber: true, cell: (run) => count(excludedOf(run)) },
  { key: 'retried', label: t.runs.retried, isNumber: true, cell: ({ retried }) => count(retried) },
  { key: 'rate', label: t.columns.rate, isNumber: true, cell: ({ activationRate }) => share(activationRate) },
];

function Runs({
  id,
  isBrief,
  of: destination,
}: {
  readonly id: string;
  readonly isBrief: boolean;
  readonly of: Detail;
}) {
  const read = useRead('GET /tributary/destinations/{id}/runs', { path: { id }, query: { hours: '24' } }, EVERY.count);
  return (
    <Reading of={read} height={300}>
      {({ runs }) => (
        <>
          {isBrief && <BalanceLine of={destination.lastDay} />}
          <RunsChart runs={runs} />
          {isBrief ? (
            <Reasons title={t.reasons} counts={destination.lastDay.excluded} />
          ) : (
            <>
              <Group justify="flex-end">
                <CopyAs
                  command={`tributary destination runs ${id}`}
                  request={{ path: `/tributary/destinations/${id}/runs` }}
                />
              </Group>
              <DataTable
                label={t.tabs.runs}
                columns={RUN_COLUMNS}
                rows={[...runs].reverse()}
                keyOf={({ hour }) => hour}
              />
            </>
          )}
        </>
      )}
    </Reading>
  );
}

type Failure = AnswerOf<'GET /tributary/destinations/{id}/errors'>['errors'][number];

const FAILURE_COLUMNS: readonly Column<Failure>[] = [
  { key: 'last', label: t.failures.last, cell: ({ last }) => <Since at={last} /> },
  { key: 'who', label: t.failures.who, cell: ({ identities, profile }) => identities.join(' ') || profile },
  { key: 'reason', label: t.failures.reason, cell: ({ reason }) => reason },
  {
    key: 'said',
    label: t.failures.said,
    cell: ({ detail }) => (detail ? t.failures.vendorSaid(detail) : t.failures.silent),
  },
  { key: 'next', label: t.failures.next, cell: ({ errorClass }) => t.next[errorClass] ?? errorClass },
  { key: 'times', label: t.failures.times, isNumber: true, cell: ({ times }) => count(times) },
];

function Failures({ id }: { readonly id: string }) {
  const read = useRead('GET /tributary/destinations/{id}/errors', { path: { id } }, EVERY.count);
  return (
    <>
      <Group justify="flex-end">
        <CopyAs
          command={`tributary destination errors ${id}`}
          request={{ path: `/tributary/destinations/${id}/errors` }}
        />
      </Group>
      <Reading
        of={read}
        height={300}
        empty={{ when: ({ errors }) => errors.length === 0, shows: <Empty says={t.failures.none} /> }}
      >
        {({ errors, total }) => (
          <DataTable
            label={t.tabs.failures}
            columns={FAILURE_COLUMNS}
            rows={errors}
            total={total}
            keyOf={({ profile, reason, errorClass }) => `${profile} ${errorClass} ${reason}`}
          />
        )}
      </Reading>
    </>
  );
}

function Mapping({ of: { type, definition } }: { readonly of: Detail }) {
  const read = useRead('GET /tributary/destination-types/{type}', { path: { type } });
  const { attributes } = definition as { readonly attributes?: readonly string[] };
  return (
    <Reading of={read} height={200}>
      {({ identities }) => (
        <>
          <Title order={2} size="h4">
            {t.mapping.identities}
          </Title>
          <List size="sm">
            {identities.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          <Title order={2} size="h4">
            {t.mapping.attributes}
          </Title>
          {attributes && attributes.length > 0 ? (
            <List size="sm">
              {attributes.map((path) => (
                <List.Item key={path}>
                  <Code>{path}</Code>
                </List.Item>
              ))}
            </List>
          ) : (
            <Text size="sm">{t.mapping.noAttributes}</Text>
          )}
        </>
      )}
    </Reading>
  );
}

const AUDIENCE_COLUMNS: readonly Column<Detail['audiences'][number]>[] = [
  {
    key: 'audience',
    label: t.audiences.audience,
    cell: ({ segmentId }) => (
      <Anchor component={Link} to={`/audiences/${encodeURIComponent(segmentId)}/definition`}>
        {segmentId}
      </Anchor>
    ),
  },
  { key: 'size', label: t.audiences.size, isNumber: true, cell: ({ size }) => count(size) },
];

function Audiences({ of: { audiences } }: { readonly of: Detail }) {
  if (audiences.length === 0)
    return (
      <Empty
        says={t.audiences.none}
        action={
          <Button component={Link} to="/audiences" variant="default">
            {t.audiences.activate}
          </Button>
        }
      />
    );
  return (
    <DataTable
      label={t.tabs.audiences}
      columns={AUDIENCE_COLUMNS}
      rows={audiences}
      keyOf={({ segmentId }) => segmentId}
    />
  );
}

function Settings({ of: { id, type, lanes, definition } }: { readonly of: Detail }) {
  const read = useRead('GET /tributary/destination-types/{type}', { path: { type } });
  const yaml = yamlOf(definition);
  return (
    <>
      <Group justify="space-between">
        <Text size="sm">
          {t.settings.lanes}: {lanes.join(', ') || '–'}
        </Text>
        <CopyAs yaml={yaml} request={{ path: `/tributary/definitions/destinations/${id}` }} />
      </Group>
      <Code block aria-label={t.settings.definition}>
        {yaml}
      </Code>
      {type !== 'aam' && (
        <Reading of={read} height={200}>
          {({ credentials }) => <Credentials id={id} keys={credentials} />}
        </Reading>
      )}
    </>
  );
}
