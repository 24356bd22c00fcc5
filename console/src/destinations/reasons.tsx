import { Text } from '@mantine/core';
import { count } from '#console/parts/number.ts';

/** Counts by reason, the most frequent first; nothing where there are none. */
export function Reasons({
  title,
  counts,
}: {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
}) {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {rows.map(([reason, people]) => (
        <Text key={reason} size="sm">
          {count(people)} {reason}
        </Text>
      ))}
    </div>
  );
}
