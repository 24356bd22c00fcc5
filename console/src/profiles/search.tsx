import { Anchor, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { call } from '#console/api/call.ts';
import { Empty } from '#console/parts/empty.tsx';
import { Failed } from '#console/parts/failed.tsx';
import { PageHeader } from '#console/parts/page-header.tsx';
import { texts } from '#console/texts/index.ts';
import { namedIdentity } from './model.ts';

const t = texts.profiles;
const NAMESPACES = ['CRMID', 'Email', 'Phone_E.164', 'ECID', 'IDFA', 'GAID'];
type Found = AnswerOf<'POST /tributary/profiles/search'>;

/** Finds people by an identity, which is sent in a body and stands in no address. */
export function ProfileSearch() {
  const [namespace, setNamespace] = useState('CRMID');
  const [value, setValue] = useState('');
  const [state, setState] = useState<{ found?: Found; error?: Error; isRunning?: boolean }>({});
  const search = async (event: FormEvent) => {
    event.preventDefault();
    setState({ isRunning: true });
    try {
      const { data } = await call('POST /tributary/profiles/search', { body: { namespace, value: value.trim() } });
      setState({ found: data });
    } catch (error) {
      setState({ error: error as Error });
    }
  };
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <form onSubmit={(event) => void search(event)} autoComplete="off">
        <Group align="flex-end" gap="sm">
          <Select
            label={t.namespace}
            data={NAMESPACES}
            value={namespace}
            onChange={(next) => setNamespace(next ?? 'CRMID')}
            w={140}
            allowDeselect={false}
          />
          <TextInput label={t.value} value={value} onChange={(event) => setValue(event.currentTarget.value)} w={320} />
          <Button type="submit" loading={state.isRunning ?? false} disabled={value.trim() === ''}>
            {t.search}
          </Button>
        </Group>
      </form>
      <Stack mt="lg" aria-live="polite">
        {state.error && <Failed error={state.error} />}
        {state.found?.profiles.length === 0 && <Empty says={t.nobody} />}
        {state.found?.profiles.map(({ reference, identity, identities }) => (
          <Group key={reference} className="tile">
            <Anchor component={Link} to={`/profiles/${encodeURIComponent(reference)}/summary`}>
              {namedIdentity(identity)}
            </Anchor>
            <Text c="dimmed">{t.identities(identities)}</Text>
          </Group>
        ))}
      </Stack>
    </>
  );
}
