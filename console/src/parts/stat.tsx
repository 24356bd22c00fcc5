import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { texts } from '#console/texts/index.ts';
import { count } from './number.ts';
import { Since } from './since.tsx';
import { Sparkline } from './sparkline.tsx';

interface Props {
  readonly label: string;
  /** Undefined where it is not known. */
  readonly value: number | undefined;
  /** How it is written. @default as a count */
  readonly format?: (value: number | undefined) => string;
  /** What stands below it: a change, a rate. */
  readonly note?: ReactNode;
  readonly trend?: readonly number[] | undefined;
  /** When it was counted. */
  readonly asOf?: string | number | undefined;
  /** Where it is explained. */
  readonly to?: string;
}

/** One number: what it is, how it has moved and of when it is. */
export function Stat({ label, value, format = count, note, trend, asOf, to }: Props) {
  const shown = format(value);
  return (
    <Stack className="tile" gap={4}>
      {to ? (
        <Anchor component={Link} to={to} size="sm">
          {label}
        </Anchor>
      ) : (
        <Text size="sm" c="dimmed">
          {label}
        </Text>
      )}
      <Text className="big" {...(value !== undefined && { title: value.toLocaleString('en-US') })}>
        {shown}
      </Text>
      {trend && (
        <Sparkline values={trend} summary={texts.states.trend(label, count(trend.at(0)), count(trend.at(-1)))} />
      )}
      {note && <Text size="sm">{note}</Text>}
      {asOf !== undefined && (
        <Text size="xs" c="dimmed">
          {texts.states.asOf} <Since at={asOf} />
        </Text>
      )}
    </Stack>
  );
}
