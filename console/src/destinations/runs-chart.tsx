import { Group, Text } from '@mantine/core';
import { count } from '#console/parts/number.ts';
import { texts } from '#console/texts/index.ts';
import './destinations.css';
import { type Balance, columnsOf, excludedOf } from './model.ts';

const t = texts.destinations;

/** Columns by hour, stacked; what they show stands in a sentence as well, and in the table below. */
export function RunsChart({ runs }: { readonly runs: readonly (Balance & { readonly hour: string })[] }) {
  const sum = (of: (run: Balance) => number): string => count(runs.reduce((total, run) => total + of(run), 0));
  const summary = t.chartSummary(
    sum(({ activated }) => activated),
    sum(({ failed }) => failed),
    sum(excludedOf),
    runs.length,
  );
  return (
    <section aria-label={t.chart} className="tile">
      <div className="runs-chart" role="img" aria-label={summary}>
        {columnsOf(runs).map((stacked, i) => (
          <div key={runs[i]!.hour} title={`${runs[i]!.hour}:00 UTC`}>
            {stacked.map(({ kind, from, height }) => (
              <span key={kind} data-kind={kind} style={{ bottom: `${from}%`, height: `${height}%` }} />
            ))}
          </div>
        ))}
      </div>
      <Group gap="md" mt={8} className="runs-key" aria-hidden="true">
        {(['activated', 'failed', 'excluded'] as const).map((kind) => (
          <Text key={kind} size="sm">
            <i data-kind={kind} />
            {t.columns[kind]}
          </Text>
        ))}
      </Group>
      <Text size="sm" mt={4}>
        {summary}
      </Text>
    </section>
  );
}
