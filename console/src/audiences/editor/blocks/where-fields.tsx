import { Button, Stack } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { Where } from '#core/segmentation/blocks/model.ts';
import { useEditor } from '../context.ts';
import { newTest } from '../new-blocks.ts';
import { Choice, choicesOf } from './choice.tsx';
import { TestRow } from './test-row.tsx';

interface WhereFieldsProps {
  readonly where: Where;
  readonly onChange: (where: Where) => void;
}

/** Tests of one event. */
export function WhereFields({ where, onChange }: WhereFieldsProps) {
  const { paths, fieldOf, isReadOnly } = useEditor();
  const t = texts.rules;
  const { tests, join } = where;
  const add = (): void => {
    const path = paths.event.includes('eventType') ? 'eventType' : (paths.event[0] ?? 'eventType');
    const field = fieldOf('event', path);
    const test = path === 'eventType' && !field?.values ? { path, op: '=' as const, values: [''] } : undefined;
    onChange({ ...where, tests: [...tests, test ?? (field ? newTest(field) : { path, op: 'known', values: [] })] });
  };
  return (
    <Stack gap={6}>
      {tests.length > 1 && (
        <Choice
          label={t.joinLabel}
          w={130}
          value={join}
          options={choicesOf(t.whereJoin)}
          onChange={(to) => onChange({ ...where, join: to })}
        />
      )}
      {tests.map((test, i) => (
        <TestRow
          // biome-ignore lint/suspicious/noArrayIndexKey: tests of an event have no names, and are the same in their place
          key={i}
          of="event"
          test={test}
          onChange={(changed) => onChange({ ...where, tests: tests.with(i, changed) })}
          remove={() => {
            const left = tests.toSpliced(i, 1);
            onChange({ join: left.length < 2 ? 'all' : join, tests: left });
          }}
        />
      ))}
      {!isReadOnly && (
        <Button size="compact-xs" variant="default" onClick={add} style={{ alignSelf: 'flex-start' }}>
          {t.addTest}
        </Button>
      )}
    </Stack>
  );
}
