import { NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { Test, Value } from '#core/segmentation/blocks/model.ts';
import type { Field } from '../../model.ts';
import { useEditor } from '../context.ts';
import { kindOf } from '../new-blocks.ts';
import { Choice } from './choice.tsx';
import { NumberField } from './number-field.tsx';

interface ValueFieldProps {
  readonly test: Test;
  readonly field: Field | undefined;
  readonly onChange: (test: Test) => void;
}

const t = texts.rules;
const LISTS: readonly string[] = ['in', 'notIn', 'notInOrUnknown'];

/** What a field is compared with: of what schemas list, or free. */
export function ValueField({ test, field, onChange }: ValueFieldProps) {
  const { isReadOnly } = useEditor();
  const { op, values, counted } = test;
  const [value = ''] = values;
  const set = (one: Value): void => onChange({ ...test, values: [one] });
  if (op === 'known' || op === 'unknown') return null;
  if (LISTS.includes(op)) return <ListField test={test} field={field} onChange={onChange} />;
  if (typeof value === 'number' && (counted || kindOf(field) !== 'text')) {
    return <NumberField label={t.value} value={value} onChange={set} />;
  }
  if (typeof value === 'boolean') {
    return (
      <Choice label={t.value} value={String(value)} options={BOOLEANS} onChange={(text) => set(text === 'true')} />
    );
  }
  if (field?.values && (op === '=' || op === '!=')) {
    const listed = field.values.map((one) => ({ value: String(one.value), label: one.title ?? String(one.value) }));
    const isListed = listed.some((one) => one.value === String(value));
    return (
      <NativeSelect
        aria-label={t.value}
        size="xs"
        disabled={isReadOnly}
        data={isListed ? listed : [...listed, { value: String(value), label: String(value) }]}
        value={String(value)}
        onChange={({ currentTarget }) => set(typedAs(currentTarget.value, field))}
      />
    );
  }
  return (
    <TextInput
      aria-label={t.value}
      size="xs"
      w={180}
      readOnly={isReadOnly}
      value={String(value)}
      onChange={({ currentTarget }) =>
        set(typeof value === 'number' ? asNumber(currentTarget.value, value) : currentTarget.value)
      }
    />
  );
}

const BOOLEANS = [
  { value: 'true', label: 'true' },
  { value: 'false', label: 'false' },
];

function ListField({ test, field, onChange }: ValueFieldProps) {
  const { isReadOnly } = useEditor();
  return (
    <TagsInput
      aria-label={t.values}
      size="xs"
      miw={200}
      maw={420}
      readOnly={isReadOnly}
      data={(field?.values ?? []).map(({ value }) => String(value))}
      value={test.values.map(String)}
      onChange={(all) => {
        if (all.length > 0) onChange({ ...test, values: all.map((one) => typedLike(one, test, field)) });
      }}
    />
  );
}

/** A value of a list keeps the kind that it had, and a new one gets that of the field. */
const typedLike = (text: string, { values }: Test, field: Field | undefined): Value =>
  values.find((value) => String(value) === text) ?? typedAs(text, field);

function typedAs(text: string, field: Field | undefined): Value {
  const listed = field?.values?.find(({ value }) => String(value) === text);
  if (listed) return listed.value;
  return kindOf(field) === 'number' && Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : text;
}

const asNumber = (text: string, before: number): number => {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : before;
};
