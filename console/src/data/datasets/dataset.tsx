import { Anchor, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { count } from '#console/parts/number.ts';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { BatchTable } from '../batches/batch-table.tsx';
import { outcomesOf } from '../model.ts';
import { Reasons } from '../rejected/reasons.tsx';
import { type Dataset, useDatasets } from './use-datasets.ts';

const t = texts.data.dataset;

/** One dataset: what became of its records, why some were rejected, and its latest files. */
export function DatasetScreen() {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string };
  const datasets = useDatasets();
  return (
    <Reading of={datasets} height={480}>
      {(all) => {
        const dataset = all.find((one) => one.id === id);
        return dataset ? <Found dataset={dataset} /> : <Empty says={t.missing} />;
      }}
    </Reading>
  );
}

function Found({ dataset }: { readonly dataset: Dataset }) {
  const { id, name, schema, schemaId } = dataset;
  const navigate = useNavigate();
  const correct = () => void navigate({ to: '/data/rejected' as never, search: { dataset: id } as never });
  return (
    <Stack gap="lg">
      <PageHeader
        title={name}
        crumbs={[{ label: texts.data.tabs.datasets, to: '/data/datasets' }]}
        lead={
          <>
            {t.schema}:{' '}
            <Anchor component={Link} to={`/data/schemas/${encodeURIComponent(schemaId)}`}>
              {schema}
            </Anchor>
          </>
        }
        actions={
          <>
            <CopyAs
              command={`tributary quarantine list --dataset ${id}`}
              request={{ path: `/tributary/definitions/datasets/${encodeURIComponent(id)}` }}
            />
            <Guarded scope="ingest" onClick={correct}>
              {t.correct}
            </Guarded>
          </>
        }
      />
      <Outcomes id={id} />
      <section>
        <Title order={2} mb="sm">
          {t.reasons}
        </Title>
        <Reasons filter={{ dataset: id }} />
      </section>
      <section>
        <Title order={2} mb="sm">
          {t.latest}
        </Title>
        <LatestBatches id={id} />
      </section>
    </Stack>
  );
}

function Outcomes({ id }: { readonly id: string }) {
  const counts = useRead('GET /tributary/counts', {}, EVERY.count);
  return (
    <Reading of={counts} height={96}>
      {({ records }) => {
        const own = records[id];
        const all = outcomesOf(own);
        return (
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            {(['accepted', 'rejected', 'duplicate'] as const).map((name) => (
              <div key={name} className="tile">
                <Text size="sm" c="dimmed">
                  {t[name]}
                </Text>
                <Text className="big">{count(all?.[name] ?? 0)}</Text>
                <Text size="sm" c="dimmed">
                  {[t.ofStream(count(own?.stream[name] ?? 0)), t.ofBatch(count(own?.batch[name] ?? 0))].join(' · ')}
                  {own && own.replay[name] !== 0 && ` · ${t.ofReplay(count(own.replay[name]))}`}
                </Text>
              </div>
            ))}
          </SimpleGrid>
        );
      }}
    </Reading>
  );
}

function LatestBatches({ id }: { readonly id: string }) {
  const batches = useRead('GET /tributary/data/batches', { query: { dataset: id, limit: 5 } }, EVERY.rate);
  const shows = <Empty says={t.noBatches} />;
  return (
    <Reading of={batches} height={160} empty={{ when: ({ batches: all }) => all.length === 0, shows }}>
      {({ batches: all }) => <BatchTable batches={all} />}
    </Reading>
  );
}
