import { Alert, Button, Group, Text } from '@mantine/core';
import { ApiError } from '#console/api/api-error.ts';
import { texts } from '#console/texts/index.ts';

/** What happened, why, and what to do; in the place of the part of a page that failed, and of nothing more. */
export function Failed({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  const known = error instanceof ApiError ? error : undefined;
  const detail = known?.status === 0 ? texts.errors.awayHint : known?.detail;
  return (
    <Alert color="red" role="alert" title={known ? known.message : texts.errors.broken} variant="outline">
      {detail && <Text size="sm">{detail}</Text>}
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
