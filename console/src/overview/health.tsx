import { Code, Stack, Text } from '@mantine/core';
import { Since } from '#console/parts/since.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { texts } from '#console/texts/index.ts';
import type { Overview } from './model.ts';
import { Section } from './section.tsx';

const t = texts.overview.health;
const SIGN_OF: Readonly<Record<string, string>> = {
  queued: 'waiting',
  running: 'running',
  finished: 'ok',
  failed: 'failed',
  superseded: 'archived',
};

/** How the stage itself is doing. */
export function Health({
  overview: { evaluation, lastFinishedEvaluation, version, activeSince },
}: {
  readonly overview: Overview;
}) {
  const job = evaluation ?? lastFinishedEvaluation;
  return (
    <Section title={t.title}>
      <Stack className="tile" gap="sm">
        <div>
          <Text>
            {t.evaluation}{' '}
            {job ? (
              <StateBadge state={SIGN_OF[job.status] ?? 'waiting'} label={t.states[job.status] ?? job.status} />
            ) : (
              t.never
            )}
          </Text>
          {job && (
            <Text size="sm" c="dimmed">
              <Since at={job.endedAt ?? job.startedAt} />
            </Text>
          )}
        </div>
        <div>
          <Text>
            {t.active} <Code>{version.slice(0, 8)}</Code>
          </Text>
          {activeSince !== undefined && (
            <Text size="sm" c="dimmed">
              {t.since} <Since at={activeSince} />
            </Text>
          )}
        </div>
        <Text size="sm" c="dimmed">
          {t.alarms}
        </Text>
      </Stack>
    </Section>
  );
}
