import { Alert, Button, Group, Progress, Select, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import '@mantine/dropzone/styles.layer.css';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Failed } from '#console/parts/failed.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { bytes, share } from '#console/parts/number.ts';
import { texts } from '#console/texts/index.ts';
import { DataTabs } from '../data-tabs.tsx';
import { useDatasets } from '../datasets/use-datasets.ts';
import { formatOf, sendFile } from './send.ts';

const t = texts.data.upload;

/** A file for a dataset: dropped, sent in parts, and followed where it is validated. */
export function Upload() {
  const datasets = useDatasets();
  const navigate = useNavigate();
  const [dataset, setDataset] = useState<string | null>(null);
  const [file, setFile] = useState<File>();
  const [state, setState] = useState<{ readonly sent?: number; readonly error?: Error }>({});
  const isKnown = file === undefined || (formatOf(file.name) !== undefined && file.size > 0);
  const obstacle = dataset === null ? t.noDataset : file === undefined ? t.noFile : isKnown ? undefined : t.unknown;
  const send = async () => {
    setState({ sent: 0 });
    try {
      const id = await sendFile(file!, dataset!, (sent) => setState({ sent }));
      await navigate({ to: `/data/batches/${id}` as never });
    } catch (error) {
      setState({ error: error as Error });
    }
  };
  return (
    <Stack gap="md" maw={720}>
      <DataTabs lead={t.lead} />
      <Select
        label={t.dataset}
        data={datasets.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        value={dataset}
        onChange={setDataset}
        searchable
      />
      <Dropzone
        onDrop={([dropped]) => setFile(dropped)}
        multiple={false}
        inputProps={{ 'aria-label': t.file }}
        aria-label={t.drop}
      >
        <Text ta="center" py="xl">
          {file ? `${file.name}, ${bytes(file.size)}` : t.drop}
        </Text>
      </Dropzone>
      {!isKnown && <Alert color="red" variant="outline" title={t.unknown} role="alert" />}
      {state.error && <Failed error={state.error} />}
      {state.sent !== undefined && (
        <div>
          <Progress value={state.sent * 100} aria-label={t.sending} />
          <Text size="sm">{`${t.sending} ${share(state.sent)}`}</Text>
        </div>
      )}
      <Group justify="flex-end" gap="xs">
        {file && (
          <Button variant="default" onClick={() => setFile(undefined)}>
            {t.other}
          </Button>
        )}
        <Guarded scope="ingest" obstacle={obstacle} loading={state.sent !== undefined} onClick={() => void send()}>
          {t.send}
        </Guarded>
      </Group>
    </Stack>
  );
}
