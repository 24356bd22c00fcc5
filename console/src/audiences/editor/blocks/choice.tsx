import { NativeSelect } from '@mantine/core';
import { useEditor } from '../context.ts';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly w?: number;
}

/** One of a few: the control of the browser, since there are many of them on a screen. */
export function Choice<T extends string>({ label, value, options, onChange, w }: ChoiceProps<T>) {
  const { isReadOnly } = useEditor();
  return (
    <NativeSelect
      aria-label={label}
      size="xs"
      {...(w !== undefined && { w })}
      disabled={isReadOnly}
      data={options.map((one) => ({ ...one }))}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value as T)}
    />
  );
}

/** The entries of a table of texts as a choice. */
export const choicesOf = <T extends string>(table: Readonly<Record<T, string>>, keys = Object.keys(table) as T[]) =>
  keys.map((value) => ({ value, label: table[value] }));
