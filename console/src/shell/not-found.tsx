import { Button, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { texts } from '#console/texts/index.ts';

export const NotFound = () => (
  <Stack align="flex-start" gap="md">
    <Title order={1}>{texts.errors.notFound}</Title>
    <Button component={Link} to="/">
      {texts.errors.toOverview}
    </Button>
  </Stack>
);
