import { Group, Stack, Text } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import { COMPARISONS, type Comparison, type Event, type Measure } from '#core/segmentation/blocks/model.ts';
import { useEditor } from '../context.ts';
import { kindOf } from '../new-blocks.ts';
import { Choice, choicesOf } from './choice.tsx';
import { NumberField } from './number-field.tsx';
import { PathField } from './path-field.tsx';
import { WhereFields } from './where-fields.tsx';
import { WindowFields } from './window-fields.tsx';

interface EventBlockProps {
  readonly block: Event;
  readonly onChange: (block: Event) => void;
}

const t = texts.rules;

/** Events: which, when, and what of them. */
export const EventBlock = ({ block, onChange }: EventBlockProps) => (
  <Stack gap={6}>
    <Group gap={6}>
      <MeasureFields block={block} onChange={onChange} />
      <WindowFields window={block.window} onChange={(window) => onChange({ ...block, window })} />
    </Group>
    <Group gap={6} align="flex-start" wrap="nowrap" pl={12}>
      <Text size="sm" c="dimmed" flex="none">
        {t.where}
      </Text>
      <WhereFields where={block.where} onChange={(where) => onChange({ ...block, where })} />
    </Group>
  </Stack>
);

function MeasureFields({ block, onChange }: EventBlockProps) {
  const { paths, fieldOf } = useEditor();
  const { measure } = block;
  const set = (changed: Measure): void => onChange(withMeasure(block, changed));
  const numeric =
    paths.event.find((path) => kindOf(fieldOf('event', path)) === 'number') ?? paths.event[0] ?? 'eventType';
  const isCounted = measure.fn !== 'some' && measure.fn !== 'none';
  return (
    <>
      <Choice
        label={t.measureLabel}
        value={measure.fn}
        options={choicesOf<Measure['fn']>(t.measures)}
        onChange={(fn) => set(emptyMeasure(fn, measure, numeric))}
      />
      {'path' in measure && (
        <PathField of="event" label={t.measured} value={measure.path} onChange={(path) => set({ ...measure, path })} />
      )}
      {isCounted && (
        <>
          <Choice
            label={t.operator}
            value={measure.op}
            options={choicesOf<Comparison>(t.amounts, [...COMPARISONS])}
            onChange={(op) => set({ ...measure, op })}
          />
          <NumberField label={t.amount} value={measure.value} onChange={(value) => set({ ...measure, value })} />
        </>
      )}
    </>
  );
}

/** Only of events that must exist, or must not, the rule has a name. */
function withMeasure({ name: _, ...block }: Event, measure: Measure): Event {
  const isNamed = measure.fn === 'some' || measure.fn === 'none';
  return { ...block, measure, ...(isNamed && { name: 'E' }) };
}

function emptyMeasure(fn: Measure['fn'], before: Measure, path: string): Measure {
  const { op, value } = 'op' in before ? before : { op: '>=' as const, value: 2 };
  if (fn === 'some' || fn === 'none') return { fn };
  if (fn === 'count') return { fn, op, value };
  return { fn, path: 'path' in before ? before.path : path, op, value };
}
