import { Code, Group, List, Text } from '@mantine/core';
import { CheckCircleFillIcon, CircleIcon } from '@primer/octicons-react';
import { texts } from '#console/texts/index.ts';
import { type Overview, recordsBy } from './model.ts';
import { Section } from './section.tsx';

const t = texts.overview.start;

interface Step {
  readonly says: string;
  readonly isDone: boolean;
  /** What does it in a terminal. */
  readonly command: string;
}

const stepsOf = ({ definitions, counts }: Overview): readonly Step[] => [
  {
    says: t.schema,
    isDone: (definitions.datasets ?? 0) > 0,
    command: 'npm run tributary -- catalog apply --catalog my-catalog',
  },
  {
    says: t.record,
    isDone: (['stream', 'batch'] as const).some((method) => recordsBy(counts, method).accepted > 0),
    command: 'npm run tributary -- ingest --data my-data',
  },
  { says: t.audience, isDone: (definitions.segments ?? 0) > 0, command: 'npm run tributary -- segment plan --pql …' },
  {
    says: t.destination,
    isDone: (definitions.destinations ?? 0) > 0,
    command: 'npm run tributary -- destination list',
  },
];

/** Whether a stage is past its beginning. */
export const isBegun = (overview: Overview): boolean => stepsOf(overview).every(({ isDone }) => isDone);

/** What to do first on a stage with nothing in it; done steps tick themselves off. */
export function Checklist({ overview }: { readonly overview: Overview }) {
  return (
    <Section title={t.title}>
      <div className="tile">
        <Text mb="sm">{t.lead}</Text>
        <List listStyleType="none" spacing="sm">
          {stepsOf(overview).map(({ says, isDone, command }) => (
            <List.Item
              key={says}
              icon={
                isDone ? (
                  <CheckCircleFillIcon size={16} className="ok" aria-label={t.done} />
                ) : (
                  <CircleIcon size={16} aria-label={t.open} />
                )
              }
            >
              <Text>{says}</Text>
              {!isDone && <Code>{command}</Code>}
            </List.Item>
          ))}
        </List>
        <Group mt="md" gap="xs">
          <Text size="sm">{t.example}</Text>
          <Code>npm start</Code>
        </Group>
      </div>
    </Section>
  );
}
