import { Badge, Group, Stack, Text, TextInput } from '@mantine/core';
import { SearchIcon } from '@primer/octicons-react';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { foundFields, type SchemaField } from '../model.ts';

const t = texts.data.schema;
type Schema = AnswerOf<'GET /tributary/data/schemas/{id}'>;

/** One schema as a tree of its fields, with labels and identities. */
export function SchemaScreen() {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string };
  const schema = useRead('GET /tributary/data/schemas/{id}', { path: { id } }, EVERY.definition);
  return (
    <Reading of={schema} height={640}>
      {(found) => <Found schema={found} />}
    </Reading>
  );
}

function Found({ schema }: { readonly schema: Schema }) {
  const [wanted, setWanted] = useState('');
  const { id, title, datasets, fields } = schema;
  const shown = foundFields(fields, wanted);
  return (
    <Stack gap="md">
      <PageHeader
        title={title}
        crumbs={[{ label: texts.data.tabs.schemas, to: '/data/schemas' }]}
        lead={`${id}${datasets.length > 0 ? ` · ${texts.data.schemas.columns.datasets}: ${datasets.join(', ')}` : ''}`}
        actions={<CopyAs request={{ path: `/tributary/definitions/schemas/${encodeURIComponent(id)}` }} />}
      />
      <TextInput
        label={t.find}
        description={t.findHint}
        leftSection={<SearchIcon size={16} />}
        value={wanted}
        onChange={({ currentTarget }) => setWanted(currentTarget.value)}
        maw={420}
      />
      {shown.length === 0 ? (
        <Text c="dimmed">{t.none}</Text>
      ) : (
        <DataTable label={t.fields} columns={COLUMNS} rows={shown} keyOf={({ path }) => path} total={fields.length} />
      )}
    </Stack>
  );
}

/** Values of an enum that are shown. */
const MAX_VALUES = 4;

const COLUMNS: readonly Column<SchemaField>[] = [
  {
    key: 'field',
    label: t.columns.field,
    cell: ({ path, name, level, isRequired }) => (
      <Text component="span" size="sm" pl={level * 20} title={path}>
        {level > 0 && <span aria-hidden="true">└ </span>}
        {name}
        {isRequired && (
          <Text component="span" size="xs" c="dimmed">
            {' '}
            {t.required}
          </Text>
        )}
      </Text>
    ),
  },
  {
    key: 'type',
    label: t.columns.type,
    cell: ({ type, format, isList }) => (isList ? t.listOf(format ?? type) : (format ?? type)),
  },
  { key: 'title', label: t.columns.title, cell: ({ title, description }) => <span title={description}>{title}</span> },
  {
    key: 'labels',
    label: t.columns.labels,
    cell: ({ labels }) => (
      <Group gap={4}>
        {labels.map((label) => (
          <Badge key={label} variant="outline" tt="none">
            {label}
          </Badge>
        ))}
      </Group>
    ),
  },
  {
    key: 'identity',
    label: t.columns.identity,
    cell: ({ identity }) => identity && (identity.isPrimary ? t.primary(identity.namespace) : identity.namespace),
  },
  {
    key: 'values',
    label: t.columns.values,
    cell: ({ enum: values = [] }) =>
      [
        ...values.slice(0, MAX_VALUES),
        ...(values.length > MAX_VALUES ? [t.moreValues(values.length - MAX_VALUES)] : []),
      ].join(', '),
  },
];
