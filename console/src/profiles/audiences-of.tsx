import { Button, Drawer } from '@mantine/core';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { ExplainTree } from '#console/parts/explain/explain-tree.tsx';
import type { Explanation } from '#console/parts/explain/model.ts';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';

const t = texts.profiles.audiences;
type Audience = AnswerOf<'GET /tributary/profiles/{reference}/audiences'>['audiences'][number];
const STATES = { realized: ['active', t.in], exited: ['archived', t.left], none: ['draft', t.out] } as const;

/** In which audiences somebody is, until when, and why. */
export function AudiencesOf({ reference }: { readonly reference: string }) {
  const read = useRead('GET /tributary/profiles/{reference}/audiences', { path: { reference } }, EVERY.count);
  const [asked, ask] = useState<Audience>();
  const columns = [
    { key: 'name', label: t.name, cell: ({ name }: Audience) => name },
    {
      key: 'state',
      label: t.state,
      cell: ({ status }: Audience) => <StateBadge state={STATES[status][0]} label={STATES[status][1]} />,
    },
    { key: 'since', label: t.since, cell: ({ since }: Audience) => since && <Since at={since} /> },
    { key: 'until', label: t.until, cell: ({ changesAt }: Audience) => changesAt && utc(changesAt) },
    {
      key: 'why',
      label: t.why,
      cell: (one: Audience) => (
        <Button size="compact-xs" variant="default" onClick={() => ask(one)} aria-label={`${t.why}: ${one.name}`}>
          {t.why}
        </Button>
      ),
    },
  ];
  return (
    <Reading
      of={read}
      height={320}
      empty={{ when: (data) => data.audiences.length === 0, shows: <Empty says={t.none} /> }}
    >
      {({ audiences }) => (
        <>
          <DataTable label={texts.profiles.tabs.audiences} columns={columns} rows={audiences} keyOf={({ id }) => id} />
          {asked && <Why reference={reference} audience={asked} close={() => ask(undefined)} />}
        </>
      )}
    </Reading>
  );
}

interface WhyProps {
  readonly reference: string;
  readonly audience: Audience;
  readonly close: () => void;
}

function Why({ reference, audience, close }: WhyProps) {
  const [person, id] = [encodeURIComponent(reference), encodeURIComponent(audience.id)];
  const read = useRead<Explanation>(`/tributary/profiles/${person}/audiences/${id}/explanation`);
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="lg"
      title={audience.name}
      closeButtonProps={{ 'aria-label': t.close }}
    >
      <Reading of={read} height={240}>
        {(explanation) => <ExplainTree explanation={explanation} />}
      </Reading>
    </Drawer>
  );
}
