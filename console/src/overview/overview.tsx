import { Button, SimpleGrid, Stack } from '@mantine/core';
import { PlusIcon } from '@primer/octicons-react';
import { Link } from '@tanstack/react-router';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { TourOffer } from '#console/shell/tour.tsx';
import { texts } from '#console/texts/index.ts';
import { Attention } from './attention.tsx';
import { Changes } from './changes.tsx';
import { Checklist, isBegun } from './checklist.tsx';
import { Health } from './health.tsx';
import { Movers } from './movers.tsx';
import { Pipeline } from './pipeline.tsx';

const t = texts.overview;

/** What somebody sees first: what needs them, what flows, what has moved, and what was changed. */
export function Overview() {
  const overview = useRead('GET /tributary/overview', {}, EVERY.rate);
  return (
    <>
      <PageHeader
        title={t.title}
        lead={t.lead}
        actions={
          <Button component={Link} to="/audiences/new" leftSection={<PlusIcon size={16} />}>
            {t.build}
          </Button>
        }
      />
      <Stack gap="lg">
        <Reading of={overview} height={560}>
          {(data) => (
            <Stack gap="lg">
              {!isBegun(data) && <Checklist overview={data} />}
              <TourOffer definitions={data.definitions} />
              <Attention overview={data} />
              <Pipeline overview={data} />
            </Stack>
          )}
        </Reading>
        <Movers />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Changes />
          <Reading of={overview} height={200}>
            {(data) => <Health overview={data} />}
          </Reading>
        </SimpleGrid>
      </Stack>
    </>
  );
}
