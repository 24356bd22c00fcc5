import { Alert, Button, Drawer, Group, List, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { call } from '#console/api/call.ts';
import { useMay } from '#console/api/may.ts';
import { useRead } from '#console/api/use-read.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { Failed } from '#console/parts/failed.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { fieldOf, type RejectedRecord, type Rejection, rowOf, wrongColumns } from '../model.ts';
import { useReadAgain } from './use-rejected.ts';

const t = texts.data.correct;
type Contents = AnswerOf<'GET /tributary/data/rejected/{reference}'>;

interface Props {
  /** Undefined while none is open. */
  readonly record: RejectedRecord | undefined;
  readonly close: () => void;
}

/** A rejected record beside its reasons: corrected, tried, and ingested in the place that it had. */
export const Correct = ({ record, close }: Props) => (
  <Drawer
    opened={record !== undefined}
    onClose={close}
    position="right"
    // What locks scrolling adds a style without a nonce.
    lockScroll={false}
    size="lg"
    title={t.title}
    closeButtonProps={{ 'aria-label': t.close }}
  >
    {record && <Opened key={record.reference} record={record} close={close} />}
  </Drawer>
);

function Opened({ record, close }: { readonly record: RejectedRecord; readonly close: () => void }) {
  const maySee = useMay('profile:read');
  const { reference, rejections } = record;
  const contents = useRead('GET /tributary/data/rejected/{reference}', maySee ? { path: { reference } } : undefined);
  return (
    <Stack gap="md">
      <Text fw={600}>{t.why}</Text>
      <Reasons rejections={rejections} />
      {maySee ? (
        <Reading of={contents} height={240}>
          {(found) => <Form contents={found} close={close} />}
        </Reading>
      ) : (
        <Alert variant="outline">{t.masked}</Alert>
      )}
      <Group justify="flex-end">
        <CopyAs
          command={`tributary quarantine show ${record.id}`}
          request={{ path: `/tributary/data/rejected/${reference}` }}
        />
      </Group>
    </Stack>
  );
}

const Reasons = ({ rejections }: { readonly rejections: readonly Rejection[] }) => (
  <List size="sm">
    {rejections.map((one) => (
      <List.Item key={`${one.code} ${fieldOf(one)} ${one.message}`}>
        {fieldOf(one)}: {one.message}
        {one.expected !== undefined && ` · ${texts.data.rejected.columns.expected}: ${one.expected}`}
        {one.found !== undefined && ` · ${texts.data.rejected.columns.found}: ${one.found}`} ({one.code})
      </List.Item>
    ))}
  </List>
);

type Outcome =
  | { readonly says: string; readonly isDone?: boolean }
  | { readonly says: string; readonly rejections: readonly Rejection[] };

function Form({ contents, close }: { readonly contents: Contents; readonly close: () => void }) {
  const { reference, header, cells: given, raw: text, delimiter } = contents;
  // Of a CSV with other quotes or marks the row is edited as it stands.
  const isForm = given !== undefined && header !== undefined && delimiter === undefined;
  const [cells, setCells] = useState<readonly string[]>(given ?? []);
  const [raw, setRaw] = useState(contents.isText ? text : '');
  const [state, setState] = useState<{ isRunning?: boolean; error?: Error; outcome?: Outcome }>({});
  const readAgain = useReadAgain();
  const record = { reference, raw: isForm ? rowOf(cells) : raw };
  const run = async (what: (one: typeof record) => Promise<Outcome>) => {
    setState({ isRunning: true });
    try {
      setState({ outcome: await what(record) });
    } catch (error) {
      setState({ error: error as Error });
    }
  };
  const replay = () =>
    run(async (one) => {
      const outcome = await replayed(one);
      await readAgain();
      return outcome;
    });
  const { isRunning = false, error, outcome } = state;
  const isDone = outcome !== undefined && 'isDone' in outcome && outcome.isDone === true;
  return (
    <Stack gap="md">
      <Text fw={600}>{t.contents}</Text>
      {isForm ? (
        <Cells header={header} cells={cells} wrong={wrongColumns(header, contents.rejections)} set={setCells} />
      ) : (
        <Textarea
          label={t.raw}
          description={contents.isText ? undefined : t.notText}
          value={raw}
          onChange={({ currentTarget }) => setRaw(currentTarget.value)}
          autosize
          minRows={4}
          maxRows={24}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )}
      {error && <Failed error={error} />}
      {outcome && <Says outcome={outcome} />}
      <Group justify="flex-end" gap="xs">
        {isDone ? (
          <Button onClick={close}>{t.close}</Button>
        ) : (
          <>
            <Button variant="default" loading={isRunning} onClick={() => void run(validated)}>
              {t.check}
            </Button>
            <Guarded scope="ingest" loading={isRunning} onClick={() => void replay()}>
              {t.replay}
            </Guarded>
          </>
        )}
      </Group>
    </Stack>
  );
}

const Says = ({ outcome }: { readonly outcome: Outcome }) => (
  <Alert role="status" color={'rejections' in outcome ? 'red' : 'green'} variant="outline" title={outcome.says}>
    {'rejections' in outcome && <Reasons rejections={outcome.rejections} />}
  </Alert>
);

interface CellsProps {
  readonly header: readonly string[];
  readonly cells: readonly string[];
  readonly wrong: ReadonlySet<string>;
  readonly set: (cells: readonly string[]) => void;
}

const Cells = ({ header, cells, wrong, set }: CellsProps) => (
  <Stack gap="xs">
    {header.map((name, i) => (
      <TextInput
        // biome-ignore lint/suspicious/noArrayIndexKey: columns may have one name, and never move
        key={i}
        label={name}
        value={cells[i] ?? ''}
        error={wrong.has(name)}
        data-autofocus={wrong.has(name) || undefined}
        onChange={({ currentTarget }) => set(cells.with(i, currentTarget.value))}
      />
    ))}
  </Stack>
);

interface Corrected {
  readonly reference: string;
  readonly raw: string;
}

async function validated(record: Corrected): Promise<Outcome> {
  const { data } = await call('POST /tributary/data/rejected/validate', { body: { records: [record] } });
  const [result] = data.results;
  return result?.outcome === 'accepted' ? { says: t.ok } : { says: t.still, rejections: result?.rejections ?? [] };
}

async function replayed(record: Corrected): Promise<Outcome> {
  const { data } = await call('POST /tributary/data/rejected/replay', { body: { records: [record] } });
  const [left] = data.left;
  if (left) return { says: t.left, rejections: left.rejections };
  if (data.accepted > 0) return { says: t.done, isDone: true };
  return { says: data.duplicate > 0 ? t.duplicate : t.gone, isDone: true };
}
