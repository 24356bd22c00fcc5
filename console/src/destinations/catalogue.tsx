import { Anchor, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useRead } from '#console/api/use-read.ts';
import { Empty } from '#console/parts/empty.tsx';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';

const t = texts.destinations;

/** The types of destinations; what is searched for stands in the address. */
export function Catalogue() {
  const { search = '' } = useSearch({ strict: false }) as { readonly search?: string };
  const navigate = useNavigate();
  const read = useRead('GET /tributary/destination-types', { query: { search } });
  return (
    <>
      <PageHeader title={t.catalog.title} lead={t.catalog.lead} crumbs={[{ label: t.title, to: '/destinations' }]} />
      <TextInput
        type="search"
        label={t.catalog.search}
        maw={360}
        mb="md"
        value={search}
        onChange={(event) =>
          void navigate({
            to: '/destinations/catalog',
            search: { search: event.currentTarget.value } as never,
            replace: true,
          })
        }
      />
      <Reading
        of={read}
        height={400}
        empty={{ when: ({ types }) => types.length === 0, shows: <Empty says={t.catalog.none} /> }}
      >
        {({ types }) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {types.map((type) => (
              <Stack key={type.type} className="tile" gap={4} component="article">
                <Title order={2} size="h4">
                  <Anchor component={Link} to={`/destinations/new/${encodeURIComponent(type.type)}`} inherit>
                    {type.title}
                  </Anchor>
                </Title>
                <Text size="xs" c="dimmed">
                  {type.category}
                </Text>
                <Text size="sm">{type.summary}</Text>
                <Text size="sm" c="dimmed">
                  {t.catalog.takes}: {type.identities.map((line) => line.split(':', 1)[0]).join(', ')}
                </Text>
              </Stack>
            ))}
          </SimpleGrid>
        )}
      </Reading>
    </>
  );
}
