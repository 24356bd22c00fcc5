import { ActionIcon, Checkbox, Group, Text } from '@mantine/core';
import { XIcon } from '@primer/octicons-react';
import { memo, useCallback } from 'react';
import { texts } from '#console/texts/index.ts';
import { type Operator, TEXT_OPERATORS, type Test } from '#core/segmentation/blocks/model.ts';
import type { Field } from '../../model.ts';
import { useEditor } from '../context.ts';
import { kindOf, newTest, operatorsFor, strangeValues, withOperator } from '../new-blocks.ts';
import { Choice, choicesOf } from './choice.tsx';
import { PathField } from './path-field.tsx';
import { ValueField } from './value-field.tsx';

interface TestRowProps {
  readonly of: Field['of'];
  readonly test: Test;
  readonly onChange: (test: Test) => void;
  readonly remove?: () => void;
}

const t = texts.rules;

/** One field compared with values. */
export const TestRow = memo(function TestRow({ of, test, onChange, remove }: TestRowProps) {
  const { fieldOf, isReadOnly } = useEditor();
  const field = fieldOf(of, test.path);
  const setPath = useCallback(
    (path: string) => {
      const found = fieldOf(of, path);
      onChange(found ? newTest(found) : { ...test, path });
    },
    [fieldOf, of, onChange, test],
  );
  const strange = strangeValues(test, field);
  const operators = operatorsFor(field, test);
  return (
    <Group gap={6} align="center">
      <PathField of={of} value={test.path} onChange={setPath} />
      <Choice
        label={t.operator}
        value={test.op}
        options={choicesOf<Operator>(t.operators, [...operators])}
        onChange={(op) => onChange(withOperator(test, op, kindOf(field)))}
      />
      <ValueField test={test} field={field} onChange={onChange} />
      {TEXT_OPERATORS.some((op) => op === test.op) && (
        <Checkbox
          size="xs"
          label={t.anyCase}
          disabled={isReadOnly}
          checked={test.caseSensitive === false}
          onChange={({ currentTarget }) => onChange({ ...test, caseSensitive: !currentTarget.checked })}
        />
      )}
      {remove && !isReadOnly && (
        <ActionIcon variant="subtle" color="gray" size={24} aria-label={t.removeTest} onClick={remove}>
          <XIcon size={12} />
        </ActionIcon>
      )}
      {strange.map((value) => (
        <Text key={String(value)} size="xs" className="warning" role="status">
          ▲ {t.strange(String(value))}
        </Text>
      ))}
    </Group>
  );
});
