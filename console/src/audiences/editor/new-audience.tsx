import { Group, Skeleton, Stack, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { texts } from '#console/texts/index.ts';
import type { Definition } from '../model.ts';
import { DefinitionEditor } from './definition-editor.tsx';

const t = texts.rules.create;
const templates = texts.audiences.templates;

interface Begun {
  readonly name: string;
  readonly rule: string;
  readonly more?: object;
}

/** Begins with nothing, with a template, or with another audience. */
export function NewAudience() {
  const { from, template } = useSearch({ strict: false }) as { readonly from?: string; readonly template?: number };
  const other = useRead('GET /tributary/audiences/{id}', from === undefined ? undefined : { path: { id: from } });
  if (from === undefined) {
    const begun = template === undefined ? undefined : templates[template];
    return <Creation begun={{ name: begun?.name ?? '', rule: begun?.rule ?? '' }} />;
  }
  if (other.error) return <Failed error={other.error} retry={() => void other.refetch()} />;
  if (!other.data) return <Skeleton height={480} />;
  const { id: _, name, expression, ...more } = other.data.data.definition as unknown as Definition;
  return <Creation begun={{ name: t.copyOf(name), rule: expression.value, more }} />;
}

function Creation({ begun: { name: begunName, rule, more } }: { readonly begun: Begun }) {
  const navigate = useNavigate();
  const known = useRead('GET /tributary/audiences', {}).data?.data.audiences ?? [];
  const [name, setName] = useState(begunName);
  const [ownId, setId] = useState<string>();
  const [description, setDescription] = useState('');
  const id = ownId ?? idOf(name);
  const isTaken = known.some((one) => one.id === id);
  const isValid = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(id);
  const base: Definition = {
    ...more,
    id,
    name,
    expression: { type: 'PQL', format: 'pql/text', value: rule },
    lifecycleState: 'draft',
  };
  const obstacle = name.trim() === '' ? t.name : !isValid ? t.idHint : isTaken ? t.taken : undefined;
  return (
    <DefinitionEditor
      base={base}
      etag={undefined}
      head={{ id, name: name.trim(), ...(description.trim() !== '' && { description: description.trim() }) }}
      obstacle={obstacle}
      onWritten={(written) =>
        void navigate({ to: '/audiences/$id/$tab', params: { id: written.id, tab: 'definition' } })
      }
    >
      <Stack gap="md">
        <Title order={1}>{t.title}</Title>
        <Group align="flex-start" gap="sm">
          <TextInput
            label={t.name}
            required
            w={280}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <TextInput
            label={t.id}
            required
            w={240}
            description={t.idHint}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={id}
            error={isTaken ? t.taken : undefined}
            onChange={({ currentTarget }) => setId(currentTarget.value)}
          />
          <TextInput
            label={t.description}
            w={420}
            value={description}
            onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          />
        </Group>
      </Stack>
    </DefinitionEditor>
  );
}

/** An id of a name: its letters and digits, joined by dashes. */
export const idOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 64);
