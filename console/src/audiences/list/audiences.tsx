import {
  Alert,
  Button,
  Group,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { PlusIcon, SearchIcon } from '@primer/octicons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { texts } from '#console/texts/index.ts';
import { mayWrite } from '../change.ts';
import { type Filters, filtered, readFilters } from '../filters.ts';
import { type AskedState, LifecycleDialog } from '../lifecycle-dialog.tsx';
import type { Audience } from '../model.ts';
import { useSizes } from '../sizes.ts';
import { AudienceRow } from './audience-row.tsx';

const t = texts.audiences;
const COLUMNS = [
  'name',
  'members',
  'trend',
  'change',
  'method',
  'freshness',
  'state',
  'destinations',
  'changed',
] as const;
const NUMBERS: readonly string[] = ['members', 'change'];

/** All audiences of the stage; what is filtered stands in the address. */
export function Audiences() {
  const filters = readFilters(useSearch({ strict: false }));
  const list = useRead('GET /tributary/audiences', {}, EVERY.definition);
  const all = list.data?.data.audiences;
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={1}>{t.title}</Title>
        <Button
          component={Link}
          to="/audiences/new"
          leftSection={<PlusIcon size={16} />}
          {...(!mayWrite() && { 'data-disabled': true, 'aria-disabled': true, title: t.needsScope })}
        >
          {t.create}
        </Button>
      </Group>
      {list.error && <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {all?.length === 0 && <Templates />}
      {all && all.length > 0 && <FilteredList all={all} filters={filters} />}
    </Stack>
  );
}

const Loading = () => <Skeleton height={480} role="status" aria-label={texts.states.loading} />;

function FilteredList({ all, filters }: { readonly all: readonly Audience[]; readonly filters: Filters }) {
  const sizes = useSizes();
  const [asked, setAsked] = useState<{ readonly audience: Audience; readonly to: AskedState }>();
  const shown = filtered(all, filters);
  return (
    <>
      <FilterBar all={all} filters={filters} />
      {shown.length === 0 ? (
        <NoneFits />
      ) : (
        <Table.ScrollContainer minWidth={1080}>
          <Table stickyHeader highlightOnHover verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                {COLUMNS.map((column) => (
                  <Table.Th key={column} className={NUMBERS.includes(column) ? 'number' : undefined} scope="col">
                    {t.columns[column]}
                  </Table.Th>
                ))}
                <Table.Th scope="col" aria-label={t.columns.actions} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((audience) => (
                <AudienceRow
                  key={audience.id}
                  audience={audience}
                  size={sizes(audience.id)}
                  ask={(to) => setAsked({ audience, to })}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <LifecycleDialog
        asked={asked && { ...asked, members: sizes(asked.audience.id)?.members }}
        close={() => setAsked(undefined)}
      />
    </>
  );
}

function FilterBar({ all, filters }: { readonly all: readonly Audience[]; readonly filters: Filters }) {
  const navigate = useNavigate();
  const set = (key: keyof Filters, value: string | null) =>
    void navigate({ to: '/audiences', search: readFilters({ ...filters, [key]: value ?? '' }), replace: true });
  const destinations = new Map(all.flatMap((one) => one.destinations.map(({ id, name }) => [id, name] as const)));
  const choice = (key: 'state' | 'method' | 'destination', data: { value: string; label: string }[]) => (
    <Select
      label={t.filters[key]}
      placeholder={t.filters.any}
      data={data}
      value={filters[key] ?? null}
      onChange={(value) => set(key, value)}
      clearable
      w={180}
    />
  );
  return (
    <Group align="flex-end" gap="sm" role="search">
      <TextInput
        label={t.filters.name}
        leftSection={<SearchIcon size={14} />}
        value={filters.name ?? ''}
        onChange={({ currentTarget }) => set('name', currentTarget.value)}
        w={220}
      />
      {choice(
        'state',
        Object.entries(t.states).map(([value, label]) => ({ value, label })),
      )}
      {choice(
        'method',
        Object.keys(t.methods).map((value) => ({ value, label: value })),
      )}
      {choice(
        'destination',
        [...destinations].map(([value, label]) => ({ value, label })),
      )}
    </Group>
  );
}

const NoneFits = () => (
  <Alert variant="outline" color="gray">
    <Group>
      <Text>{t.noneFits}</Text>
      <Button component={Link} to="/audiences" variant="default" size="xs">
        {t.clear}
      </Button>
    </Group>
  </Alert>
);

/** Where there is no audience: four rules to begin with. */
const Templates = () => (
  <Stack gap="md">
    <Text>{t.none}</Text>
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {t.templates.map(({ name }, template) => (
        <Button
          key={name}
          component={Link}
          to="/audiences/new"
          search={{ template } as never}
          variant="default"
          h={72}
          justify="flex-start"
        >
          {name}
        </Button>
      ))}
    </SimpleGrid>
  </Stack>
);
