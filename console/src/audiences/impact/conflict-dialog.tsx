import { Button, Group, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { texts } from '#console/texts/index.ts';
import { Differences } from '../detail/differences-list.tsx';
import { differences } from '../differences.ts';
import type { Definition } from '../model.ts';

const t = texts.rules.conflict;

interface ConflictDialogProps {
  readonly base: Definition;
  readonly mine: Definition;
  readonly close: () => void;
  readonly take: (theirs: Definition, etag: string | undefined) => void;
  readonly overwrite: (etag: string | undefined) => void;
}

/** Somebody else was faster: both changes side by side, and the choice between them. */
export function ConflictDialog({ base, mine, close, take, overwrite }: ConflictDialogProps) {
  const read = useRead('GET /tributary/audiences/{id}', { path: { id: base.id } });
  const { refetch } = read;
  // What the page has read a moment ago counts as fresh elsewhere; here it is known to be old.
  useEffect(() => void refetch(), [refetch]);
  const theirs = read.data?.data.definition as unknown as Definition | undefined;
  const isFresh = read.isFetchedAfterMount && !read.isFetching;
  return (
    <Modal opened onClose={close} size="xl" title={t.title(base.name)}>
      <Stack gap="md">
        <Text>{t.lead}</Text>
        {read.error && <Failed error={read.error} retry={() => void read.refetch()} />}
        {!(theirs && isFresh) && <Skeleton height={160} />}
        {theirs && isFresh && (
          <>
            <Group align="flex-start" grow>
              <Side title={t.theirs} from={base} to={theirs} />
              <Side title={t.mine} from={base} to={mine} />
            </Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {texts.rules.impact.back}
              </Button>
              <Button variant="default" onClick={() => take(theirs, read.data?.etag)}>
                {t.useTheirs}
              </Button>
              <Button onClick={() => overwrite(read.data?.etag)}>{t.useMine}</Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

function Side({ title, from, to }: { readonly title: string; readonly from: Definition; readonly to: Definition }) {
  const changed = differences(from, to);
  return (
    <section>
      <Title order={3}>{title}</Title>
      {changed.length === 0 ? <Text c="dimmed">{t.nothing}</Text> : <Differences changed={changed} />}
    </section>
  );
}
