import { Stack, Table, Text, Title } from '@mantine/core';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { texts } from '#console/texts/index.ts';
import { namedIdentity, shownValue } from './model.ts';

const t = texts.profiles.summary;

/** By what somebody is known, how fresh that is, and what they agree to. */
export function Summary({ reference }: { readonly reference: string }) {
  const read = useRead('GET /tributary/profiles/{reference}', { path: { reference } }, EVERY.count);
  const consents = useRead('GET /tributary/profiles/{reference}/consents', { path: { reference } }, EVERY.count);
  return (
    <Stack gap="lg">
      <Reading of={read} height={160}>
        {({ identity, mergePolicy, datasets, lastModifiedAt }) => (
          <Table variant="vertical" maw={720}>
            <Table.Tbody>
              <Line label={t.strongest} value={namedIdentity(identity)} />
              <Line label={t.mergePolicy} value={mergePolicy.name} />
              <Line label={t.datasets} value={datasets.join(', ')} />
              <Line label={t.changed} value={<Since at={lastModifiedAt} />} />
            </Table.Tbody>
          </Table>
        )}
      </Reading>
      <div>
        <Title order={2} size="h4">
          {t.consents}
        </Title>
        <Reading of={consents} height={80}>
          {(answer) =>
            answer.consents.length === 0 ? (
              <Text c="dimmed">{t.noConsents}</Text>
            ) : (
              <Table variant="vertical" maw={720}>
                <Table.Tbody>
                  {answer.consents.map((one) => (
                    <Line
                      key={JSON.stringify([one.path, one.dataset])}
                      label={one.path.join('.')}
                      value={`${shownValue(one)} (${one.dataset})`}
                    />
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Reading>
      </div>
    </Stack>
  );
}

const Line = ({ label, value }: { readonly label: string; readonly value: React.ReactNode }) => (
  <Table.Tr>
    <Table.Th scope="row" w={200}>
      {label}
    </Table.Th>
    <Table.Td className="breaking">{value}</Table.Td>
  </Table.Tr>
);
