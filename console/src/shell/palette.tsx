import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight';
import { DatabaseIcon, PeopleIcon, RocketIcon, SearchIcon } from '@primer/octicons-react';
import { useNavigate } from '@tanstack/react-router';
import { type ComponentType, useEffect, useState } from 'react';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { texts } from '#console/texts/index.ts';
import { SCREENS } from './screens.ts';

/** Which definitions are found, and where each is shown. */
const KINDS = [
  { kind: 'segments', label: texts.nav.audiences, below: '/audiences', icon: PeopleIcon },
  { kind: 'destinations', label: texts.nav.destinations, below: '/destinations', icon: RocketIcon },
  { kind: 'datasets', label: texts.nav.datasets, below: '/data/datasets', icon: DatabaseIcon },
] as const;

/** Ctrl+K: pages and definitions by name. People are not found here, since their identities would be kept by browsers. */
export function Palette({ asked }: { readonly asked: number }) {
  const navigate = useNavigate();
  useEffect(() => {
    if (asked > 0) spotlight.open();
  }, [asked]);
  const go = (to: string) => () => void navigate({ to });
  const pages = SCREENS.map(({ to, label, icon: Icon }) => ({
    id: to,
    label,
    leftSection: <Icon size={16} />,
    onClick: go(to),
  }));
  const [isOpen, setOpen] = useState(false);
  const found = useDefinitions(isOpen, go);
  const groups: SpotlightActionGroupData[] = [{ group: texts.nav.label, actions: pages }, ...found];
  return (
    <Spotlight
      actions={groups}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      shortcut={null}
      limit={20}
      scrollable
      maxHeight={480}
      nothingFound={texts.header.nothingFound}
      searchProps={{
        leftSection: <SearchIcon size={16} />,
        placeholder: texts.header.searchHint,
        'aria-label': texts.header.searchHint,
      }}
    />
  );
}

/** Read when somebody looks for something. */
function useDefinitions(isOpen: boolean, go: (to: string) => () => void): SpotlightActionGroupData[] {
  const where = (kind: string) => (isOpen ? { query: { kind: kind as never } } : undefined);
  const reads = [
    useRead('GET /tributary/definitions', where('segments'), EVERY.definition),
    useRead('GET /tributary/definitions', where('destinations'), EVERY.definition),
    useRead('GET /tributary/definitions', where('datasets'), EVERY.definition),
  ];
  return KINDS.map(({ label, below, icon }, i) => ({
    group: label,
    actions: Object.entries(reads[i]!.data?.data.definitions ?? {}).map(([key, value]) =>
      asAction(key.slice(key.indexOf('/') + 1), value as { readonly name?: string }, { below, icon, go }),
    ),
  }));
}

function asAction(
  id: string,
  { name = id }: { readonly name?: string },
  { below, icon: Icon, go }: { below: string; icon: ComponentType<{ size: number }>; go: (to: string) => () => void },
) {
  return {
    id: `${below}/${id}`,
    label: name,
    ...(name !== id && { description: id }),
    leftSection: <Icon size={16} />,
    onClick: go(`${below}/${encodeURIComponent(id)}`),
  };
}
