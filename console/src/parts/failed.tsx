import { Alert, Button, Group, Text } from '@mantine/core';
import { ApiError } from '#console/api/api-error.ts';
import { texts } from '#console/texts/index.ts';
import { utc } from './time.ts';

interface Props {
  readonly error: Error;
  /** Epoch ms: of when what is still shown is. */
  readonly since?: number;
  readonly retry?: () => void;
}

/** What happened, why, and what to do; in the place of the part of a page that failed, and of nothing more. */
export function Failed({ error, since, retry }: Props) {
  const known = error instanceof ApiError ? error : undefined;
  const detail = known?.status === 0 ? texts.errors.awayHint : known?.detail;
  return (
    <Alert
      color="red"
      role="alert"
      title={known ? known.message : texts.errors.broken}
      variant="outline"
      mb={since ? 'sm' : 0}
    >
      {detail && <Text size="sm">{detail}</Text>}
      {since !== undefined && <Text size="sm">{texts.errors.since(utc(since))}</Text>}
      <Group gap="sm" mt={8}>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {texts.errors.retry}
          </Button>
        )}
        {known?.requestId && (
          <Text size="xs" c="dimmed">
            {texts.errors.requestId(known.requestId)}
          </Text>
        )}
      </Group>
    </Alert>
  );
}
