import { Code, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { AudienceDetail } from '../model.ts';
import { sentenceOf } from '../words.ts';

/** What an audience is: its rule in words and in PQL, and how it is evaluated. */
export function Definition({ audience }: { readonly audience: AudienceDetail; readonly etag: string | undefined }) {
  const t = texts.audiences;
  const { rule, plan, mergePolicyId, id } = audience;
  const details: readonly (readonly [string, string | undefined])[] = [
    [t.id, id],
    [t.latency, plan?.latency],
    [t.timed, plan?.timedChanges],
    [t.mergePolicy, mergePolicyId],
  ];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <Stack gap="lg">
        <section className="tile">
          <Title order={2}>{t.inWords}</Title>
          <Text mt="xs">{sentenceOf(rule) ?? audience.needsRepair}</Text>
        </section>
        <section className="tile">
          <Title order={2}>{t.inPql}</Title>
          <Code block mt="xs" tabIndex={0}>
            {rule}
          </Code>
        </section>
      </Stack>
      <section className="tile">
        <Title order={2}>{t.details}</Title>
        <dl className="details">
          {plan && (
            <div>
              <dt>{t.columns.method}</dt>
              <dd>
                {plan.method}
                {plan.reasons.map((reason) => (
                  <Text key={reason} size="sm" c="dimmed">
                    {reason}
                  </Text>
                ))}
              </dd>
            </div>
          )}
          {details.map(
            ([name, value]) =>
              value !== undefined && (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
      </section>
    </SimpleGrid>
  );
}
