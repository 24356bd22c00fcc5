import { Alert, Badge, Group, Skeleton, Stack, Tabs, Text, Title } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { change, count } from '#console/parts/number.ts';
import { Sparkline } from '#console/parts/sparkline.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { Method } from '../list/method.tsx';
import { type AudienceDetail, stateOf } from '../model.ts';
import { useSizes } from '../sizes.ts';
import { Definition } from './definition.tsx';
import { DestinationsOf } from './destinations-of.tsx';
import { DetailActions } from './detail-actions.tsx';
import { History } from './history.tsx';
import { Members } from './members.tsx';
import { UsedBy } from './used-by.tsx';

const t = texts.audiences;
const TABS = Object.keys(t.tabs) as (keyof typeof t.tabs)[];

/** One audience; the tab is part of the address. */
export function AudienceScreen() {
  const { id, tab } = useParams({ strict: false }) as { readonly id: string; readonly tab: string };
  const navigate = useNavigate();
  const read = useRead('GET /tributary/audiences/{id}', { path: { id } }, EVERY.definition);
  const audience = read.data?.data.id === id ? read.data.data : undefined;
  if (!audience) {
    return read.error ? <Failed error={read.error} retry={() => void read.refetch()} /> : <Loading />;
  }
  return (
    <Stack gap="lg">
      <Head audience={audience} etag={read.data?.etag} />
      {read.error && <Failed error={read.error} retry={() => void read.refetch()} />}
      <Tabs
        value={tab}
        onChange={(to) => void navigate({ to: `/audiences/${encodeURIComponent(id)}/${to}` })}
        keepMounted={false}
      >
        <Tabs.List>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.tabs[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="definition" pt="md">
          <Definition audience={audience} etag={read.data?.etag} />
        </Tabs.Panel>
        <Tabs.Panel value="members" pt="md">
          <Members audience={audience} />
        </Tabs.Panel>
        <Tabs.Panel value="destinations" pt="md">
          <DestinationsOf audience={audience} />
        </Tabs.Panel>
        <Tabs.Panel value="used-by" pt="md">
          <UsedBy audience={audience} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History audience={audience} etag={read.data?.etag} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

const Loading = () => (
  <Stack gap="lg" role="status" aria-label={texts.states.loading}>
    <Skeleton height={36} width={320} />
    <Skeleton height={64} />
    <Skeleton height={320} />
  </Stack>
);

function Head({ audience, etag }: { readonly audience: AudienceDetail; readonly etag: string | undefined }) {
  const sizes = useSizes();
  const size = audience.state === 'active' ? sizes(audience.id) : undefined;
  const [first] = size?.trend ?? [];
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={4}>
          <Group gap="sm">
            <Title order={1}>{audience.name}</Title>
            <StateBadge state={stateOf(audience)} label={t.states[stateOf(audience)]!} />
          </Group>
          {audience.description !== undefined && <Text c="dimmed">{audience.description}</Text>}
        </Stack>
        <DetailActions audience={audience} etag={etag} members={size?.members} />
      </Group>
      {audience.needsRepair !== undefined && (
        <Alert color="yellow" variant="outline" title={t.repair}>
          {audience.needsRepair}
        </Alert>
      )}
      <Group gap="xl" align="flex-end">
        <Group gap="sm" align="baseline">
          <Text size="28px" lh="36px" fw={600}>
            {count(size?.members)}
          </Text>
          <Text c="dimmed" {...(sizes.asOf !== undefined && { title: utc(sizes.asOf) })}>
            {t.columns.members.toLowerCase()}, {change(size?.sinceYesterday)} {t.columns.change.toLowerCase()}
          </Text>
        </Group>
        {size && (
          <Sparkline values={size.trend} summary={t.trendOf(audience.name, count(first), count(size.members))} />
        )}
        <Group gap="xs">
          <Text c="dimmed">{t.columns.method}</Text>
          <Badge component="div">
            <Method plan={audience.plan} name={audience.name} />
          </Badge>
          {audience.plan && <Text c="dimmed">{t.methods[audience.plan.method]}</Text>}
        </Group>
      </Group>
    </Stack>
  );
}
