import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { texts } from '#console/texts/index.ts';
import type { AudienceDetail } from '../model.ts';

/** What is built on an audience, and what it is built on. */
export function UsedBy({ audience }: { readonly audience: AudienceDetail }) {
  const t = texts.audiences.usedBy;
  const { dependents, dependencies, activities } = audience;
  return (
    <Stack gap="lg">
      {dependents.length + activities.length === 0 && <Text>{t.none}</Text>}
      <Linked title={t.audiences} ids={dependents} />
      {activities.length > 0 && (
        <section>
          <Title order={2}>{t.activities}</Title>
          <List>
            {activities.map(({ id, name }) => (
              <List.Item key={id}>{name}</List.Item>
            ))}
          </List>
        </section>
      )}
      <Linked title={t.needs} ids={dependencies} />
    </Stack>
  );
}

const Linked = ({ title, ids }: { readonly title: string; readonly ids: readonly string[] }) =>
  ids.length > 0 && (
    <section>
      <Title order={2}>{title}</Title>
      <List>
        {ids.map((id) => (
          <List.Item key={id}>
            <Anchor component={Link} to={`/audiences/${encodeURIComponent(id)}/definition`}>
              {id}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </section>
  );
