import { Alert, Button, Group, Modal, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { count } from '#console/parts/number.ts';
import { texts } from '#console/texts/index.ts';
import { copyAs } from '../copy-as.ts';
import type { Definition } from '../model.ts';
import { type Impact, toldTo, useImpact } from './use-impact.ts';

const t = texts.rules.impact;

interface ImpactDialogProps {
  /** What would be published; undefined: the dialog is closed. */
  readonly definition: Definition | undefined;
  readonly etag: string | undefined;
  readonly methods: { readonly before: string | undefined; readonly after: string | undefined };
  readonly isWriting: boolean;
  readonly error: Error | null;
  readonly publish: (definition: Definition) => void;
  readonly close: () => void;
  /** Somebody else has changed the audience in the meantime. */
  readonly onConflict: (definition: Definition) => void;
}

/** What publishing does, in numbers, before it is done. */
export function ImpactDialog(props: ImpactDialogProps) {
  const { definition, etag, methods, isWriting, error, publish, close, onConflict } = props;
  const impact = useImpact(definition, etag);
  const isStale = impact.error?.status === 412;
  useEffect(() => {
    if (!isStale || !definition) return;
    close();
    onConflict(definition);
  }, [isStale, definition, close, onConflict]);
  return (
    <Modal opened={definition !== undefined} onClose={close} size="lg" title={definition && t.title(definition.name)}>
      {definition && (
        <Stack gap="md">
          {impact.error && <Failed error={impact.error} retry={() => void impact.refetch()} />}
          {impact.error?.mistakes.slice(1).map(({ message }) => (
            <Text key={message} size="sm">
              {message}
            </Text>
          ))}
          {impact.isPending && <Skeleton height={220} />}
          {impact.data && <Consequences impact={impact.data} methods={methods} />}
          {error && <Failed error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.back}
            </Button>
            <Button variant="default" onClick={() => void copyAs.yaml(definition)}>
              {t.copyYaml}
            </Button>
            <Button disabled={!impact.data} loading={isWriting} onClick={() => publish(definition)}>
              {t.publish}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface ConsequencesProps {
  readonly impact: Impact;
  readonly methods: ImpactDialogProps['methods'];
}

function Consequences({ impact, methods: { before, after } }: ConsequencesProps) {
  const { audiences: moves, warnings, isSample } = impact;
  const audiences = useRead('GET /tributary/audiences', {}).data?.data.audiences ?? [];
  const told = toldTo(moves, audiences);
  const names = texts.audiences.methods;
  return (
    <Stack gap="md">
      {isSample && <Text c="dimmed">{t.sample}</Text>}
      {moves.length === 0 ? <Text>{t.nobody}</Text> : <Moves moves={moves} />}
      {told.length > 0 && (
        <section>
          <Title order={3}>{t.destinations}</Title>
          <NumberTable
            heads={[t.destination, t.entries, t.exits]}
            rows={told.map(({ id, name, entries, exits }) => [id, name, count(entries), count(exits)])}
          />
          <Text size="xs" c="dimmed">
            {t.beforeExclusions}
          </Text>
        </section>
      )}
      {before !== undefined && after !== undefined && before !== after && (
        <Text className="warning">▲ {texts.rules.now.changed(names[before] ?? before, names[after] ?? after)}</Text>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" variant="outline" title={t.warnings}>
          {warnings.map(({ message, hint }) => (
            <Text key={message} size="sm">
              {message}
              {hint !== undefined && `. ${hint}`}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  );
}

const Moves = ({ moves }: { readonly moves: Impact['audiences'] }) => (
  <NumberTable
    heads={[t.audience, t.enters, t.leaves, t.members]}
    rows={moves.map(({ id, entered, left, members }) => [id, id, count(entered), count(left), count(members)])}
  />
);

interface NumberTableProps {
  readonly heads: readonly string[];
  /** First a key, then the cells. */
  readonly rows: readonly (readonly string[])[];
}

const NumberTable = ({ heads, rows }: NumberTableProps) => (
  <Table>
    <Table.Thead>
      <Table.Tr>
        {heads.map((head, i) => (
          <Table.Th key={head} scope="col" className={i > 0 ? 'number' : undefined}>
            {head}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {rows.map(([key, ...cells]) => (
        <Table.Tr key={key}>
          {cells.map((cell, i) => (
            <Table.Td key={heads[i]} className={i > 0 ? 'number' : undefined}>
              {cell}
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
