import { Alert, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { count, share } from '#console/parts/number.ts';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { type Batch, fileOf, progressOf, signOf } from '../model.ts';
import { Reasons } from '../rejected/reasons.tsx';

const t = texts.data.batch;

/** One batch: its validation pass against the threshold, the decision, and what became of its records. */
export function BatchScreen() {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string };
  const batch = useRead('GET /tributary/data/batches/{id}', { path: { id } }, EVERY.rate);
  return (
    <Reading of={batch} height={480}>
      {(found) => <Found batch={found} />}
    </Reading>
  );
}

function Found({ batch }: { readonly batch: Batch }) {
  const navigate = useNavigate();
  const { id, status, dataset, counts, transitions, detected, reason, ignored } = batch;
  const rejected = counts?.rejected ?? 0;
  const correct = () => void navigate({ to: '/data/rejected' as never, search: { batch: id } as never });
  return (
    <Stack gap="lg">
      <PageHeader
        title={fileOf(batch) ?? id}
        crumbs={[{ label: texts.data.tabs.batches, to: '/data/batches' }]}
        state={<StateBadge state={signOf(status)} label={texts.data.states[status] ?? status} />}
        lead={`${texts.data.batches.columns.dataset}: ${dataset} · ${id}`}
        actions={
          <>
            <CopyAs command={`tributary batch show ${id}`} request={{ path: `/tributary/data/batches/${id}` }} />
            {rejected > 0 && (
              <Guarded scope="ingest" onClick={correct}>
                {t.correct}
              </Guarded>
            )}
          </>
        }
      />
      {reason && (
        <Alert color="red" variant="outline" title={t.whyNot}>
          <Text size="sm">{reason.message}</Text>
          <Text size="sm">{t.upload}</Text>
          <Text size="sm" c="dimmed">
            {reason.code}
          </Text>
        </Alert>
      )}
      {ignored !== undefined && <Alert variant="outline">{ignored}</Alert>}
      <ProgressOf batch={batch} />
      {counts && (
        <section>
          <Title order={2} mb="sm">
            {t.counts}
          </Title>
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            {(['accepted', 'rejected', 'duplicate'] as const).map((name) => (
              <div key={name} className="tile">
                <Text size="sm" c="dimmed">
                  {texts.data.dataset[name]}
                </Text>
                <Text className="big">{count(counts[name])}</Text>
              </div>
            ))}
          </SimpleGrid>
        </section>
      )}
      {rejected > 0 && (
        <section>
          <Title order={2} mb="sm">
            {texts.data.dataset.reasons}
          </Title>
          <Reasons filter={{ batch: id }} />
        </section>
      )}
      <Facts title={t.found} facts={detected ?? {}} />
      <Facts
        title={t.history}
        facts={Object.fromEntries(Object.entries(transitions).map(([name, at]) => [name, utc(at)]))}
      />
    </Stack>
  );
}

function ProgressOf({ batch }: { readonly batch: Batch }) {
  const progress = progressOf(batch);
  const { chunks, decision } = batch;
  if (!progress || !chunks) return null;
  const { validation, ingestion, rejectedShare, limit } = progress;
  const isTooMuch = rejectedShare > limit;
  return (
    <section>
      <Title order={2} mb="sm">
        {t.progress}
      </Title>
      <Stack gap="sm" className="tile">
        <Bar label={t.validation} share={validation} says={t.chunks(count(chunks.validated), count(chunks.all))} />
        <Bar
          label={t.threshold}
          share={limit > 0 ? Math.min(1, rejectedShare / limit) : rejectedShare > 0 ? 1 : 0}
          says={t.ofThreshold(share(rejectedShare), share(limit))}
          color={isTooMuch ? 'red' : 'blue'}
        />
        <Bar label={t.ingestion} share={ingestion} says={t.chunks(count(chunks.completed), count(chunks.all))} />
        <Text size="sm">{decision ? t.decided[decision] : t.undecided}</Text>
      </Stack>
    </section>
  );
}

interface BarProps {
  readonly label: string;
  readonly share: number;
  readonly says: string;
  readonly color?: string;
}

const Bar = ({ label, share: part, says, color = 'blue' }: BarProps) => (
  <div>
    <Text size="sm" fw={600}>
      {label}
    </Text>
    <Progress value={part * 100} color={color} aria-label={label} my={4} />
    <Text size="sm" c="dimmed">
      {says}
    </Text>
  </div>
);

function Facts({ title, facts }: { readonly title: string; readonly facts: Readonly<Record<string, string>> }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  return (
    <section>
      <Title order={2} mb="sm">
        {title}
      </Title>
      {entries.map(([name, value]) => (
        <Text key={name} size="sm">
          {name}: {value}
        </Text>
      ))}
    </section>
  );
}
