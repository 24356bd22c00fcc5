import { Group, List, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { call } from '#console/api/call.ts';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { Failed } from '#console/parts/failed.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { texts } from '#console/texts/index.ts';

const t = texts.destinations;
type Tried = AnswerOf<'POST /tributary/destinations/{id}/test'>;

interface Props {
  readonly id: string;
  /** Key of the secret → what it is. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Credentials go in here and are not shown again; then they are tried. */
export function Credentials({ id, keys }: Props) {
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [tried, setTried] = useState<Tried>();
  const [said, setSaid] = useState<string>();
  const [error, setError] = useState<Error>();
  const attempt = (what: () => Promise<void>): void => {
    setError(undefined);
    what().catch(setError);
  };
  const save = async (): Promise<void> => {
    const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    await call('PUT /tributary/destinations/{id}/secret', { path: { id }, body: { keys: filled } });
    setGiven({});
    setSaid(t.test.stored);
  };
  const test = async (): Promise<void> =>
    setTried((await call('POST /tributary/destinations/{id}/test', { path: { id } })).data);
  return (
    <Stack gap="sm" className="tile">
      <Title order={2} size="h4">
        {t.form.secret}
      </Title>
      <Text size="sm">{t.form.secretHint}</Text>
      {Object.entries(keys).map(([key, about]) => (
        <PasswordInput
          key={key}
          label={key}
          description={about}
          autoComplete="off"
          value={given[key] ?? ''}
          onChange={(event) => setGiven({ ...given, [key]: event.currentTarget.value })}
        />
      ))}
      <Group>
        <Guarded variant="default" scope="destination:write" onClick={() => attempt(save)}>
          {t.test.save}
        </Guarded>
        <Guarded variant="default" scope="destination:write" onClick={() => attempt(test)}>
          {t.test.action}
        </Guarded>
        <CopyAs command={`tributary destination test ${id}`} />
      </Group>
      {said && <Text role="status">{said}</Text>}
      {error && <Failed error={error} />}
      {tried && <Steps tried={tried} />}
    </Stack>
  );
}

function Steps({ tried: { isOk, steps, missingKeys } }: { readonly tried: Tried }) {
  return (
    <div role="status">
      <Text fw={600}>{isOk ? t.test.ok : t.test.failed}</Text>
      <List size="sm">
        {steps.map(({ step, outcome, reason, detail }) => (
          <List.Item key={step}>
            {t.test.steps[step] ?? step}: {t.test.outcomes[outcome] ?? outcome}
            {reason && ` (${reason})`}
            {detail && <Text size="sm">{t.failures.vendorSaid(detail)}</Text>}
          </List.Item>
        ))}
      </List>
      {!isOk && missingKeys.length > 0 && <Text size="sm">{t.test.missing(missingKeys.join(', '))}</Text>}
    </div>
  );
}
