import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  /** One sentence: what is not there, and why. */
  readonly says: string;
  /** The one thing to do about it. */
  readonly action?: ReactNode;
}

/** In the place of what would be shown if there were any. */
export function Empty({ says, action }: Props) {
  return (
    <Stack className="tile" align="flex-start" gap="sm">
      <Text>{says}</Text>
      {action}
    </Stack>
  );
}
