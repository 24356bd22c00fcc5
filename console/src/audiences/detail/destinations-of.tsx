import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { texts } from '#console/texts/index.ts';
import type { AudienceDetail } from '../model.ts';

/** Where an audience is sent, and the way to send it somewhere else. */
export function DestinationsOf({ audience }: { readonly audience: AudienceDetail }) {
  const t = texts.audiences.destinations;
  const { destinations } = audience;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        {destinations.length === 0 ? <Text>{t.none}</Text> : <span />}
        <Button component={Link} to="/destinations" search={{ audience: audience.id } as never}>
          {t.activate}
        </Button>
      </Group>
      {destinations.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{texts.audiences.columns.name}</Table.Th>
              <Table.Th scope="col">{texts.audiences.columns.state}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {destinations.map(({ id, name, enabled }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Anchor component={Link} to={`/destinations/${encodeURIComponent(id)}/overview`}>
                    {name}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <StateBadge state={enabled ? 'active' : 'paused'} label={enabled ? t.on : t.off} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
