import { Autocomplete } from '@mantine/core';
import { memo, useState } from 'react';
import { texts } from '#console/texts/index.ts';
import type { Field } from '../../model.ts';
import { useEditor } from '../context.ts';

interface PathFieldProps {
  readonly of: Field['of'];
  readonly value: string;
  readonly onChange: (path: string) => void;
  readonly label?: string;
}

/** Which field: one of those there are, or a path that is written. */
export const PathField = memo(function PathField({ of, value, onChange, label = texts.rules.field }: PathFieldProps) {
  const { paths, fieldOf, isReadOnly } = useEditor();
  const [written, setWritten] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const take = (path: string): void => {
    setWritten(undefined);
    if (path !== '' && path !== value) onChange(path);
  };
  return (
    <Autocomplete
      aria-label={label}
      title={fieldOf(of, value)?.title ?? value}
      size="xs"
      w={230}
      readOnly={isReadOnly}
      data={isOpen ? paths[of] : NONE}
      limit={40}
      value={written ?? value}
      onFocus={() => setOpen(true)}
      onChange={setWritten}
      onOptionSubmit={take}
      onBlur={() => {
        setOpen(false);
        take((written ?? value).trim());
      }}
    />
  );
});

const NONE: string[] = [];
