import { Alert, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { call } from '#console/api/call.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Confirm, type Question } from '#console/parts/confirm.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';

const t = texts.profiles.privacy;

/** Deletes a person, and shows how far that has come. */
export function Privacy({ reference }: { readonly reference: string }) {
  const [question, ask] = useState<Question>();
  const [jobId, setJobId] = useState<string>();
  const remove = async () => {
    const { data } = await call('DELETE /tributary/profiles/{reference}', { path: { reference } });
    setJobId(data.jobs[0]?.jobId);
  };
  return (
    <Stack align="flex-start">
      <Text maw={720}>{t.lead}</Text>
      <Guarded
        scope="privacy"
        color="red"
        onClick={() => ask({ title: t.ask, effect: t.effect, action: t.delete, isDangerous: true, run: remove })}
      >
        {t.delete}
      </Guarded>
      {jobId !== undefined && <Job id={jobId} />}
      <Confirm asks={question} close={() => ask(undefined)} />
    </Stack>
  );
}

function Job({ id }: { readonly id: string }) {
  const read = useRead('GET /data/core/privacy/jobs/{id}', { path: { id } }, EVERY.rate);
  return (
    <Reading of={read} height={80}>
      {({ status, receipts }) => (
        <Alert title={t.opened} variant="outline" role="status">
          {t.status(status)}
          {receipts.length > 0 && ` · ${t.receipts(receipts.length)}`}
        </Alert>
      )}
    </Reading>
  );
}
