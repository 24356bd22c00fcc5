import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { call } from '#console/api/call.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Confirm, type Question } from '#console/parts/confirm.tsx';
import { DataTable } from '#console/parts/data-table.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { Since } from '#console/parts/since.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { consequencesOf, type Graph, type GraphLink, namedIdentity, type Preview } from './model.ts';

const IdentityGraph = lazy(() => import('./graph/identity-graph.tsx'));

const t = texts.profiles.graph;
const UNLINK = 'POST /tributary/profiles/{reference}/unlink';
/** For the link history. */
const REASON = 'unlinked in the console';

/** By which identities somebody is known, what links them, and which links were removed; a link can be taken out. */
export function Identities({ reference }: { readonly reference: string }) {
  const read = useRead('GET /tributary/profiles/{reference}/graph', { path: { reference } }, EVERY.count);
  const [question, ask] = useState<Question>();
  const unlink = async ({ a, b }: GraphLink) => {
    const body = { a, b, reason: REASON };
    const { data } = await call(UNLINK, { path: { reference }, query: { dryRun: 'true' }, body });
    ask({
      title: t.ask,
      effect: <Consequences preview={data} />,
      action: t.unlink,
      isDangerous: true,
      run: async () => {
        await call(UNLINK, { path: { reference }, body });
        await read.refetch();
      },
    });
  };
  return (
    <Reading of={read} height={320}>
      {(graph) => (
        <Stack gap="lg">
          <div className="drawn-beside">
            <Suspense fallback={<Skeleton height={360} />}>
              <IdentityGraph graph={graph} />
            </Suspense>
            <Nodes graph={graph} />
          </div>
          <Links graph={graph} unlink={(link) => void unlink(link)} />
          <Removed graph={graph} />
          <Confirm asks={question} close={() => ask(undefined)} />
        </Stack>
      )}
    </Reading>
  );
}

const Nodes = ({ graph }: { readonly graph: Graph }) => (
  <DataTable
    label={texts.profiles.tabs.identities}
    columns={[
      { key: 'identity', label: t.identity, cell: namedIdentity },
      { key: 'seen', label: t.seen, cell: ({ lastSeen }) => lastSeen && <Since at={lastSeen} /> },
      { key: 'datasets', label: t.datasets, cell: ({ datasets }) => datasets.join(', ') },
      { key: 'links', label: t.links, isNumber: true, cell: ({ links }) => links },
    ]}
    rows={graph.nodes}
    keyOf={({ id }) => id}
  />
);

function Links({ graph, unlink }: { readonly graph: Graph; readonly unlink: (link: GraphLink) => void }) {
  const names = new Map(graph.nodes.map((node) => [node.id, namedIdentity(node)]));
  if (graph.links.length === 0) return <Text c="dimmed">{t.noLinks}</Text>;
  return (
    <DataTable
      label={t.links}
      columns={[
        { key: 'link', label: t.link, cell: ({ a, b }) => `${names.get(a)} – ${names.get(b)}` },
        { key: 'seen', label: t.seen, cell: ({ lastSeen }) => <Since at={lastSeen} /> },
        { key: 'datasets', label: t.datasets, cell: ({ datasets }) => datasets.join(', ') },
        {
          key: 'unlink',
          label: t.unlink,
          cell: (link) => (
            <Guarded scope="govern" size="compact-xs" variant="default" onClick={() => unlink(link)}>
              {t.unlink}
            </Guarded>
          ),
        },
      ]}
      rows={graph.links}
      keyOf={({ a, b }) => `${a} ${b}`}
    />
  );
}

function Removed({ graph }: { readonly graph: Graph }) {
  if (graph.removed.length === 0) return null;
  return (
    <div>
      <Title order={2} size="h4">
        {t.removed}
      </Title>
      <DataTable
        label={t.removed}
        columns={[
          { key: 'link', label: t.link, cell: ({ a, b }) => `${namedIdentity(a)} – ${namedIdentity(b)}` },
          { key: 'at', label: t.at, cell: ({ at }) => utc(at) },
          { key: 'why', label: t.why, cell: ({ why }) => t.reasons[why] ?? why },
          { key: 'reason', label: t.reason, cell: ({ unlinking }) => unlinking?.reason },
        ]}
        rows={graph.removed}
        keyOf={({ a, b, at }) => `${a.id} ${b.id} ${at}`}
      />
    </div>
  );
}

function Consequences({ preview }: { readonly preview: Preview }) {
  const lines = consequencesOf(preview);
  return (
    <>
      <Text fw={600}>{t.preview}</Text>
      {preview.stillLinkedBy.length > 0 && <Text>{t.still}</Text>}
      {lines.length === 0 ? (
        <Text>{t.nothing}</Text>
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </>
  );
}
