import { Alert, Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { AddressTabs } from '#console/parts/address-tabs.tsx';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { PageHeader } from '#console/parts/page-header.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { Attributes } from './attributes.tsx';
import { AudiencesOf } from './audiences-of.tsx';
import { Held } from './held.tsx';
import { Identities } from './identities.tsx';
import { namedIdentity } from './model.ts';
import { Privacy } from './privacy.tsx';
import { Summary } from './summary.tsx';
import { Timeline } from './timeline.tsx';

const t = texts.profiles;
const TABS = {
  summary: Summary,
  attributes: Attributes,
  events: Timeline,
  audiences: AudiencesOf,
  identities: Identities,
  destinations: Held,
  privacy: Privacy,
} as const;

/** One person, by their reference; the tab is part of the address. */
export function ProfileScreen() {
  const { reference, tab } = useParams({ strict: false }) as { readonly reference: string; readonly tab: string };
  // Another person is another page: nothing of the one before stays.
  return <Person key={reference} reference={reference} tab={tab} />;
}

function Person({ reference, tab }: { readonly reference: string; readonly tab: string }) {
  const read = useRead('GET /tributary/profiles/{reference}', { path: { reference } }, EVERY.count);
  const Tab = TABS[Object.hasOwn(TABS, tab) ? (tab as keyof typeof TABS) : 'summary'];
  const address = `/profiles/${encodeURIComponent(reference)}`;
  return (
    <Reading of={read} height={320}>
      {(summary) => (
        <Stack gap="md">
          <PageHeader
            title={namedIdentity(summary.identity)}
            crumbs={[{ label: t.title, to: '/profiles' }]}
            lead={t.identities(summary.identities.length)}
            actions={
              <CopyAs
                command="tributary profile get $IDENTITY"
                request={{ path: `/tributary/profiles/${encodeURIComponent(reference)}` }}
              />
            }
          />
          {summary.optedOut && (
            <Alert color="yellow" variant="outline">
              {t.optedOut}
            </Alert>
          )}
          {summary.values !== 'all' && (
            <Alert color="gray" variant="outline">
              {summary.values === 'masked' ? t.isMasked : t.isHidden}
            </Alert>
          )}
          <AddressTabs
            label={t.title}
            tabs={Object.entries(t.tabs).map(([name, label]) => ({ to: `${address}/${name}`, label }))}
          />
          <Tab reference={reference} />
        </Stack>
      )}
    </Reading>
  );
}
