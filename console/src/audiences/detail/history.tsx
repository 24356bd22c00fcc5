import { Alert, Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { ago, utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { mayWrite, write } from '../change.ts';
import { differences } from '../differences.ts';
import type { AudienceDetail, Definition } from '../model.ts';
import { Differences } from './differences-list.tsx';

const t = texts.audiences.history;
type Version = AnswerOf<'GET /tributary/audiences/{id}/history'>['versions'][number];

interface HistoryProps {
  readonly audience: AudienceDetail;
  readonly etag: string | undefined;
}

/** What an audience was, with what each change made of it; an earlier version can take its place again. */
export function History({ audience, etag }: HistoryProps) {
  const { id } = audience;
  const read = useRead('GET /tributary/audiences/{id}/history', { path: { id } }, EVERY.definition);
  if (read.error && !read.data) return <Failed error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) return <Skeleton height={240} />;
  const { versions, isComplete } = read.data.data;
  if (versions.length === 0) return <Text>{t.none}</Text>;
  return (
    <Stack gap="md">
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {[t.when, t.who, t.comment, t.what].map((title) => (
              <Table.Th key={title} scope="col">
                {title}
              </Table.Th>
            ))}
            <Table.Th scope="col" aria-label={t.restore} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map((version, i) => (
            <VersionRow
              key={`${version.version} ${version.at}`}
              version={version}
              before={versions[i + 1]}
              isNow={i === 0}
              name={audience.name}
              etag={etag}
            />
          ))}
        </Table.Tbody>
      </Table>
      {!isComplete && <Text c="dimmed">{t.more}</Text>}
    </Stack>
  );
}

interface VersionRowProps {
  readonly version: Version;
  readonly before: Version | undefined;
  readonly isNow: boolean;
  readonly name: string;
  readonly etag: string | undefined;
}

function VersionRow({ version, before, isNow, name, etag }: VersionRowProps) {
  const definition = version.definition as unknown as Definition | undefined;
  const changed = differences(before?.definition as unknown as Definition | undefined, definition);
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" title={utc(version.at)}>
          {ago(version.at, Date.now())}
        </Text>
        <Text size="xs" c="dimmed">
          {before ? t.changes[version.change] : t.first}
        </Text>
      </Table.Td>
      <Table.Td>{version.by ?? '–'}</Table.Td>
      <Table.Td>{version.comment ?? '–'}</Table.Td>
      <Table.Td>{before && <Differences changed={changed} />}</Table.Td>
      <Table.Td>
        {isNow ? (
          <Text size="sm" c="dimmed">
            {t.now}
          </Text>
        ) : (
          definition && <Restore definition={definition} etag={etag} name={name} when={utc(version.at)} />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

interface RestoreProps {
  readonly definition: Definition;
  readonly etag: string | undefined;
  readonly name: string;
  readonly when: string;
}

function Restore({ definition, etag, name, when }: RestoreProps) {
  const queries = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      await write({ definition, etag, comment: t.restoreThis(when) });
      await queries.invalidateQueries();
    },
    onSuccess: () => void notifications.show({ message: t.restored(name) }),
  });
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        loading={isPending}
        aria-label={t.restoreThis(when)}
        onClick={() => mutate()}
        {...(!mayWrite() && { disabled: true, title: texts.audiences.needsScope })}
      >
        {t.restore}
      </Button>
      {error && (
        <Alert color="red" variant="outline" role="alert" p="xs">
          {error.message}
        </Alert>
      )}
    </Group>
  );
}
