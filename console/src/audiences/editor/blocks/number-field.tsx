import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useEditor } from '../context.ts';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min?: number;
  readonly isWhole?: boolean;
}

/** A number; what is none is not taken, and the field shows the last one again when it is left. */
export function NumberField({ label, value, onChange, min = Number.NEGATIVE_INFINITY, isWhole }: NumberFieldProps) {
  const { isReadOnly } = useEditor();
  const [written, setWritten] = useState<string>();
  const read = (text: string): void => {
    setWritten(text);
    const number = Number(text);
    const isNumber = text.trim() !== '' && Number.isFinite(number) && number >= min;
    if (isNumber && (!isWhole || Number.isSafeInteger(number))) onChange(number);
  };
  return (
    <TextInput
      aria-label={label}
      size="xs"
      w={80}
      inputMode="decimal"
      readOnly={isReadOnly}
      value={written ?? String(value)}
      onChange={({ currentTarget }) => read(currentTarget.value)}
      onBlur={() => setWritten(undefined)}
    />
  );
}
