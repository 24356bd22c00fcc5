import { Alert, Code, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { signInOnce, takeOnceToken } from '#console/api/sign-in.ts';
import { texts } from '#console/texts/index.ts';

const onceToken = takeOnceToken();

/** Signs in with the token of the address, where there is one; else says how to get such an address. */
export function SignIn() {
  const [state, setState] = useState<'working' | 'asked' | 'failed'>(onceToken ? 'working' : 'asked');
  useEffect(() => {
    if (onceToken) signInOnce(onceToken).catch(() => setState('failed'));
  }, []);
  return (
    <Stack component="main" align="center" justify="center" mih="100vh" p="lg">
      <Paper withBorder p="xl" w="100%" maw={480}>
        <Stack gap="md">
          <Title order={1}>{state === 'working' ? texts.signIn.working : texts.signIn.title}</Title>
          {state === 'working' && <Loader aria-label={texts.signIn.working} />}
          {state === 'failed' && (
            <Alert color="red" variant="outline" role="alert">
              {texts.signIn.used}
            </Alert>
          )}
          {state !== 'working' && (
            <>
              <Text>{texts.signIn.lead}</Text>
              <Code block>{texts.signIn.command}</Code>
            </>
          )}
        </Stack>
      </Paper>
    </Stack>
  );
}
