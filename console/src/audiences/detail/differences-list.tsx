import { Code, Stack, Text } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { Difference } from '../differences.ts';

/** What is another, before and after, under one another. */
export const Differences = ({ changed }: { readonly changed: readonly Difference[] }) => (
  <Stack gap="xs">
    {changed.map(({ part, before, after }) => (
      <div key={part}>
        <Text size="xs" fw={600}>
          {texts.audiences.parts[part]}
        </Text>
        {before !== undefined && (
          <Code block className="removed">
            − {before}
          </Code>
        )}
        {after !== undefined && (
          <Code block className="added">
            + {after}
          </Code>
        )}
      </div>
    ))}
  </Stack>
);
