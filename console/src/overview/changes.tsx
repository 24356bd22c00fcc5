import { List, Text } from '@mantine/core';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { texts } from '#console/texts/index.ts';
import { Section } from './section.tsx';

const t = texts.overview.changes;

/** What every version says; who made it is told to some only. */
interface Version {
  readonly version: string;
  readonly at: string;
  readonly by?: string;
  readonly comment?: string;
}

/** The latest versions of the definitions: when, by whom and why. */
export function Changes() {
  const history = useRead('GET /tributary/definitions/history', { query: { limit: 5 } as never }, EVERY.definition);
  return (
    <Section title={t.title}>
      <Reading
        of={history}
        height={200}
        empty={{ when: ({ versions }) => versions.length === 0, shows: <Text className="tile">{t.none}</Text> }}
      >
        {({ versions }) => (
          <List className="tile" listStyleType="none" spacing="xs">
            {(versions as readonly Version[]).map(({ version, at, by, comment }) => (
              <List.Item key={`${version} ${at}`}>
                <Text>{comment ?? t.version(version.slice(0, 8))}</Text>
                <Text size="sm" c="dimmed">
                  <Since at={at} /> {by !== undefined && t.by(by)}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </Reading>
    </Section>
  );
}
