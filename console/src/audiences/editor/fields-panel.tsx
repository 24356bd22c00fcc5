import { Badge, Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { SearchIcon } from '@primer/octicons-react';
import { memo, useDeferredValue, useState } from 'react';
import { texts } from '#console/texts/index.ts';
import type { Field } from '../model.ts';
import { blockFor, pathOf } from './new-blocks.ts';
import type { Leaf } from './tree.ts';

const t = texts.rules.fields;
const SHOWN = 60;

interface FieldsPanelProps {
  readonly fields: readonly Field[];
  readonly add: (block: Leaf) => void;
}

/** The fields that a rule may read; a click asks for one. */
export const FieldsPanel = memo(function FieldsPanel({ fields, add }: FieldsPanelProps) {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const found = fields.filter((field) => wanted === '' || searchable(field).includes(wanted));
  return (
    <section className="tile" aria-label={t.title}>
      <Title order={2}>{t.title}</Title>
      <TextInput
        mt="xs"
        size="xs"
        aria-label={t.search}
        placeholder={t.search}
        leftSection={<SearchIcon size={12} />}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      {found.length === 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t.none}
        </Text>
      )}
      <Stack gap={2} mt="xs" className="fields">
        {found.slice(0, SHOWN).map((field) => (
          <FieldButton key={`${field.of} ${pathOf(field)}`} field={field} add={add} />
        ))}
        {found.length > SHOWN && (
          <Text size="xs" c="dimmed">
            {t.more(found.length - SHOWN)}
          </Text>
        )}
      </Stack>
    </section>
  );
});

const searchable = ({ path, title = '' }: Field): string => `${path.join('.')} ${title}`.toLowerCase();

function FieldButton({ field, add }: { readonly field: Field; readonly add: (block: Leaf) => void }) {
  const { path, title, types, isList, values } = field;
  const type = `${types.filter((one) => one !== 'null').join(' | ') || 'any'}${isList ? '[]' : ''}`;
  return (
    <UnstyledButton
      className="field"
      aria-label={t.add(path.join('.'))}
      title={title ?? path.join('.')}
      onClick={() => add(blockFor(field))}
    >
      <Text size="sm" className="path">
        {path.join('.')}
      </Text>
      <Text size="xs" c="dimmed" component="span">
        <Badge size="xs" color="gray">
          {t.of[field.of]}
        </Badge>{' '}
        {type}
        {values && `: ${values.map(({ value }) => value).join(', ')}`}
      </Text>
    </UnstyledButton>
  );
}
