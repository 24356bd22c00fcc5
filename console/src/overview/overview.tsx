import { Title } from '@mantine/core';
import { texts } from '#console/texts/index.ts';

export function Overview() {
  return <Title order={1}>{texts.nav.overview}</Title>;
}
