import { Stack, Text, Title } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import { DefinitionEditor } from '../editor/definition-editor.tsx';
import type { AudienceDetail, Definition as Written } from '../model.ts';

interface DefinitionProps {
  readonly audience: AudienceDetail;
  readonly etag: string | undefined;
}

/** What an audience is: its rule, to be edited by who may, and how it is evaluated. */
export function Definition({ audience, etag }: DefinitionProps) {
  return (
    <Stack gap="lg">
      <DefinitionEditor
        key={audience.id}
        base={audience.definition as unknown as Written}
        etag={etag}
        methodBefore={audience.plan?.method}
      />
      <Details audience={audience} />
    </Stack>
  );
}

function Details({ audience: { plan, mergePolicyId, id } }: { readonly audience: AudienceDetail }) {
  const t = texts.audiences;
  const details: readonly (readonly [string, string | undefined])[] = [
    [t.id, id],
    [t.columns.method, plan && [`${plan.method}.`, ...plan.reasons].join(' ')],
    [t.latency, plan?.latency],
    [t.timed, plan?.timedChanges],
    [t.mergePolicy, mergePolicyId],
  ];
  return (
    <section className="tile">
      <Title order={2}>{t.details}</Title>
      <dl className="details">
        {details.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Text size="sm">{value}</Text>
                </dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}
