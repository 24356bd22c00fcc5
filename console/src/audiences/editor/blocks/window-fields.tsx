import { Group, Text, TextInput } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { Window } from '#core/segmentation/blocks/model.ts';
import { useEditor } from '../context.ts';
import { Choice, choicesOf } from './choice.tsx';
import { NumberField } from './number-field.tsx';

interface WindowFieldsProps {
  readonly window: Window;
  readonly onChange: (window: Window) => void;
}

type Is = Window['is'];
type Unit = Extract<Window, { is: 'last' }>['unit'];
const t = texts.rules;

export const UNITS = (['minute', 'hour', 'day', 'week', 'month', 'year'] as const).map((value: Unit) => ({
  value,
  label: t.unitsOf(value),
}));
/** Units that a rule may have and that are not offered. */
export const unitsWith = (unit: Unit) =>
  UNITS.some(({ value }) => value === unit) ? UNITS : [...UNITS, { value: unit, label: t.unitsOf(unit) }];

const MOMENTS = ['today', 'yesterday', 'this week', 'last week', 'this month', 'last month', 'this year', 'last year'];

/** When the events have to be. */
export function WindowFields({ window, onChange }: WindowFieldsProps) {
  return (
    <Group gap={6}>
      <Choice
        label={t.windowLabel}
        value={window.is}
        options={choicesOf<Is>(t.windows)}
        onChange={(is) => onChange(emptyWindow(is))}
      />
      <Details window={window} onChange={onChange} />
    </Group>
  );
}

function Details({ window, onChange }: WindowFieldsProps) {
  switch (window.is) {
    case 'ever':
      return null;
    case 'last':
    case 'olderThan':
      return (
        <>
          <NumberField
            label={t.amount}
            value={window.amount}
            min={1}
            isWhole
            onChange={(amount) => onChange({ ...window, amount })}
          />
          <Choice
            label={t.unit}
            value={window.unit}
            options={unitsWith(window.unit)}
            onChange={(unit) => onChange({ ...window, unit })}
          />
        </>
      );
    case 'between':
      return (
        <>
          <NumberField
            label={t.from}
            value={window.from}
            min={0}
            isWhole
            onChange={(from) => onChange({ ...window, from })}
          />
          <NumberField label={t.to} value={window.to} min={0} isWhole onChange={(to) => onChange({ ...window, to })} />
          <Choice
            label={t.unit}
            value={window.unit}
            options={unitsWith(window.unit)}
            onChange={(unit) => onChange({ ...window, unit })}
          />
          <Text size="sm">{t.ago}</Text>
        </>
      );
    case 'on':
      return (
        <Choice
          label={t.when}
          value={window.when}
          options={[...new Set([...MOMENTS, window.when])].map((value) => ({ value, label: value }))}
          onChange={(when) => onChange({ ...window, when })}
        />
      );
    case 'dates':
      return (
        <>
          <DayField label={t.from} value={window.from} onChange={(from) => onChange({ ...window, from })} />
          <DayField label={t.to} value={window.to} onChange={(to) => onChange({ ...window, to })} />
          <Text size="xs" c="dimmed">
            {t.utcNote}
          </Text>
        </>
      );
  }
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}

function DayField({ label, value, onChange }: DayFieldProps) {
  const { isReadOnly } = useEditor();
  return (
    <TextInput
      aria-label={label}
      size="xs"
      type="date"
      readOnly={isReadOnly}
      value={value}
      onChange={({ currentTarget }) => {
        if (/^\d{4}-\d{2}-\d{2}$/.test(currentTarget.value)) onChange(currentTarget.value);
      }}
    />
  );
}

function emptyWindow(is: Is): Window {
  const today = new Date().toISOString().slice(0, 10);
  switch (is) {
    case 'ever':
      return { is };
    case 'last':
    case 'olderThan':
      return { is, amount: 30, unit: 'day' };
    case 'between':
      return { is, from: 90, to: 30, unit: 'day' };
    case 'on':
      return { is, when: 'today' };
    case 'dates':
      return { is, from: `${today.slice(0, 4)}-01-01`, to: today };
  }
}
