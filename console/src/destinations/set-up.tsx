import {
  Button,
  Checkbox,
  Group,
  List,
  MultiSelect,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { call } from '#console/api/call.ts';
import { useRead } from '#console/api/use-read.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { Failed } from '#console/parts/failed.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { Credentials } from './credentials.tsx';
import { type Field, fieldsOf, settingsOf, type Values, yamlOf } from './model.ts';
import { Reach, type Reached } from './reach.tsx';

const t = texts.destinations;
type Type = AnswerOf<'GET /tributary/destination-types/{type}'>;

/** A form made of the declaration of a type. */
export function SetUp() {
  const { type } = useParams({ strict: false }) as { readonly type: string };
  const read = useRead('GET /tributary/destination-types/{type}', { path: { type } });
  return (
    <Reading of={read} height={480}>
      {(data) => <Form key={data.type} type={data} />}
    </Reading>
  );
}

function Form({ type }: { readonly type: Type }) {
  const fields = fieldsOf(type.schema);
  const [values, setValues] = useState<Values>({ id: '', name: '', segments: [] });
  const [reached, setReached] = useState<Reached>();
  const [error, setError] = useState<Error>();
  const [madeId, setMadeId] = useState<string>();
  const audiences = useRead('GET /tributary/audiences', {}).data?.data.audiences ?? [];
  const navigate = useNavigate();
  const queries = useQueryClient();
  const set = (name: string, value: Values[string]): void => setValues({ ...values, [name]: value });
  const settings = settingsOf(fields, values);
  const id = String(values.id);
  const definition = {
    id,
    type: type.type,
    ...(values.name !== '' && { name: values.name }),
    ...settings,
    segments: values.segments as readonly string[],
  };
  const attempt = async (what: () => Promise<unknown>): Promise<void> => {
    setError(undefined);
    if ('wrong' in settings) return setError(new Error(t.form.notJson(String(settings.wrong))));
    try {
      await what();
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const check = () =>
    attempt(async () =>
      setReached((await call('POST /tributary/destinations/{id}/reach', { path: { id }, body: { definition } })).data),
    );
  const create = (enabled: boolean) =>
    attempt(async () => {
      await call('PUT /tributary/definitions/{kind}/{name}', {
        path: { kind: 'destinations', name: id },
        body: { ...definition, enabled },
      });
      await queries.invalidateQueries();
      notifications.show({ message: t.form.created(id) });
      if (enabled) await navigate({ to: `/destinations/${encodeURIComponent(id)}/overview` });
      else setMadeId(id);
    });
  const command = `tributary catalog apply --catalog catalog  # with destinations/${id || 'new'}.yaml`;
  return (
    <>
      <PageHeader
        title={t.form.title(type.title)}
        lead={type.summary}
        crumbs={[
          { label: t.title, to: '/destinations' },
          { label: t.catalog.title, to: '/destinations/catalog' },
        ]}
        actions={<CopyAs command={command} yaml={yamlOf(definition)} />}
      />
      <Stack maw={640} gap="md">
        <Group grow align="flex-start">
          <TextInput
            label={t.form.id}
            description={t.form.idHint}
            required
            value={id}
            onChange={(e) => set('id', e.currentTarget.value)}
          />
          <TextInput
            label={t.form.name}
            description=" "
            value={String(values.name)}
            onChange={(e) => set('name', e.currentTarget.value)}
          />
        </Group>
        <MultiSelect
          label={t.form.audiences}
          data={audiences.map((one) => ({ value: one.id, label: one.name }))}
          value={[...(values.segments as readonly string[])]}
          onChange={(chosen) => set('segments', chosen)}
          searchable
        />
        <Title order={2} size="h4">
          {t.form.settings}
        </Title>
        {fields.map((field) => (
          <Setting key={field.name} field={field} value={values[field.name]} set={(value) => set(field.name, value)} />
        ))}
        {error && <Failed error={error} />}
        {reached && <Reach reached={reached} />}
        <Group>
          <Guarded variant="default" scope="destination:write" onClick={() => void check()}>
            {t.form.check}
          </Guarded>
          <Guarded variant="default" scope="destination:write" onClick={() => void create(false)}>
            {t.form.create}
          </Guarded>
          <Guarded scope="destination:write" onClick={() => void create(true)}>
            {t.form.createAndSend}
          </Guarded>
        </Group>
        {madeId !== undefined && (
          <>
            <Credentials id={madeId} keys={type.credentials} />
            <Button
              variant="default"
              onClick={() => void navigate({ to: `/destinations/${encodeURIComponent(madeId)}/overview` })}
            >
              {madeId}
            </Button>
          </>
        )}
        <Title order={2} size="h4">
          {t.form.steps}
        </Title>
        <List type="ordered" size="sm">
          {type.setUp.map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
      </Stack>
    </>
  );
}

interface SettingProps {
  readonly field: Field;
  readonly value: Values[string] | undefined;
  readonly set: (value: Values[string]) => void;
}

function Setting({ field: { name, kind, isRequired, options }, value, set }: SettingProps) {
  const common = { label: name, required: isRequired };
  if (kind === 'flag')
    return <Checkbox label={name} checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />;
  if (kind === 'choice')
    return (
      <Select
        {...common}
        data={[...options]}
        value={String(value ?? '')}
        onChange={(chosen) => set(chosen ?? '')}
        clearable
      />
    );
  if (kind === 'list')
    return <TagsInput {...common} value={[...((value as readonly string[]) ?? [])]} onChange={set} />;
  return (
    <TextInput
      {...common}
      {...(kind === 'number' && { inputMode: 'decimal' as const })}
      {...(kind === 'json' && {
        description: (
          <Text span size="xs">
            {t.form.asJson}
          </Text>
        ),
      })}
      value={String(value ?? '')}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}
