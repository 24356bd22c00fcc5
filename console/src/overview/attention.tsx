import { Anchor, Group, List, Text } from '@mantine/core';
import { AlertIcon, CheckCircleIcon } from '@primer/octicons-react';
import { Link } from '@tanstack/react-router';
import { count, counted } from '#console/parts/number.ts';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { type Concern, concernsOf, type Overview } from './model.ts';
import { Section } from './section.tsx';

const t = texts.overview.attention;

/** Up to five sentences, the most urgent first, each with the way to where something can be done. */
export function Attention({ overview }: { readonly overview: Overview }) {
  const concerns = concernsOf(overview);
  return (
    <Section title={t.title}>
      {concerns.length === 0 ? (
        <Group className="tile" gap="xs" wrap="nowrap">
          <CheckCircleIcon size={16} className="ok" />
          <Text>{t.nothing}</Text>
        </Group>
      ) : (
        <List className="tile" listStyleType="none" spacing="xs">
          {concerns.map((concern) => (
            <List.Item key={JSON.stringify(concern)} icon={<AlertIcon size={16} className="warning" />}>
              {sentenceOf(concern)}{' '}
              <Anchor
                component={Link}
                underline="always"
                to={concern.to}
                aria-label={`${t.look}: ${sentenceOf(concern)}`}
              >
                {t.look}
              </Anchor>
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}

function sentenceOf(concern: Concern): string {
  switch (concern.kind) {
    case 'paused':
      return t.paused(concern.name, utc(concern.since));
    case 'failing':
      return t.failing(concern.name, count(concern.failed), count(concern.of));
    case 'evaluation':
      return t.evaluation(utc(concern.at));
    case 'rejected':
      return t.rejected(counted(concern.rejected, 'record was', 'records were'), concern.mostly);
  }
}
