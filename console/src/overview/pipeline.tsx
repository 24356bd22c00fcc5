import { SimpleGrid } from '@mantine/core';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { count, counted, rate } from '#console/parts/number.ts';
import { Stat } from '#console/parts/stat.tsx';
import { texts } from '#console/texts/index.ts';
import { devicesOf, flowOf, type History, memberships, type Overview, recordsBy, rejections, steps } from './model.ts';
import { Section } from './section.tsx';
import { useRate } from './use-rate.ts';

const t = texts.overview.pipeline;

/** From what comes in to what goes out, each stop with its number, and what it has lost on the way. */
export function Pipeline({ overview }: { readonly overview: Overview }) {
  const { counts, destinations, evaluation } = overview;
  const history = useRead('GET /tributary/counts/history', { query: { every: 'hour' } }, EVERY.count);
  const trends = trendsOf(history.data?.data);
  const at = Date.parse(counts.asOf);
  const [stream, batch] = [recordsBy(counts, 'stream'), recordsBy(counts, 'batch')];
  const [streamRate, batchRate] = [useRate(stream.accepted, at), useRate(batch.accepted, at)];
  const flow = flowOf(destinations);
  const devices = devicesOf(counts);
  const running = evaluation?.status === 'running' ? evaluation : undefined;
  return (
    <Section title={t.title}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="md">
        <Stat
          label={t.stream}
          value={stream.accepted}
          to="/data"
          trend={trends?.stream}
          note={t.now(rate(streamRate))}
        />
        <Stat label={t.batch} value={batch.accepted} to="/data" trend={trends?.batch} note={t.now(rate(batchRate))} />
        <Stat
          label={t.rejected}
          value={rejections(counts).all}
          to="/data/rejected"
          trend={trends?.rejected}
          note={t.duplicates(counted(stream.duplicate + batch.duplicate, 'copy', 'copies'))}
        />
        <Stat
          label={t.profiles}
          value={counts.profiles.all}
          to="/profiles"
          trend={trends?.profiles}
          note={t.known(count(counts.profiles.known), count(counts.profiles.anonymous))}
        />
        <Stat
          label={t.memberships}
          value={memberships(counts)}
          to="/audiences"
          note={
            running
              ? t.evaluating(counted(running.counts.items ?? 0, 'profile', 'profiles'))
              : t.evaluated(counted(Object.keys(counts.audiences).length, 'audience', 'audiences'))
          }
        />
        <Stat
          label={t.sent}
          value={flow.sent}
          to="/destinations"
          note={t.loss(count(flow.failed), count(flow.excluded), count(flow.waiting))}
        />
        {devices && <Stat label={t.edge} value={devices.edge} note={t.devices} />}
        {devices && <Stat label={t.hub} value={devices.hub} note={t.devices} />}
      </SimpleGrid>
    </Section>
  );
}

/** What was added hour by hour. */
function trendsOf(history: History | undefined) {
  if (!history) return undefined;
  const { points } = history;
  const accepted = (method: 'stream' | 'batch') => steps(points.map(({ records }) => records[method].accepted));
  return {
    stream: accepted('stream'),
    batch: accepted('batch'),
    rejected: steps(points.map(({ records: { stream, batch } }) => stream.rejected + batch.rejected)),
    profiles: points.map(({ profiles }) => profiles.all),
  };
}
