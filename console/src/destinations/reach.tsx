import { Stack, Text, Title } from '@mantine/core';
import type { AnswerOf } from '#client/client.ts';
import { count } from '#console/parts/number.ts';
import { texts } from '#console/texts/index.ts';
import { Reasons } from './reasons.tsx';

const t = texts.destinations.reach;
export type Reached = AnswerOf<'POST /tributary/destinations/{id}/reach'>;

/** Who of the members would be sent, and why others would not. */
export function Reach({ reached: { members, reached, excluded, isExact } }: { readonly reached: Reached }) {
  return (
    <Stack className="tile" gap="xs" role="status">
      <Title order={3} size="h5">
        {t.title}
      </Title>
      <Text>{members === 0 ? t.nobody : t.of(count(reached), count(members), isExact)}</Text>
      {members > 0 && Object.keys(excluded).length === 0 && <Text size="sm">{t.noneExcluded}</Text>}
      <Reasons title={t.excluded} counts={excluded} />
    </Stack>
  );
}
