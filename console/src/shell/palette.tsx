import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { SearchIcon } from '@primer/octicons-react';
import { useNavigate } from '@tanstack/react-router';
import { texts } from '#console/texts/index.ts';
import { SCREENS } from './screens.ts';

/** Ctrl+K: pages and definitions by name. People are not found here, since their identities would be kept by browsers. */
export function Palette() {
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = SCREENS.map(({ to, label, icon: Icon }) => ({
    id: to,
    label,
    leftSection: <Icon size={16} />,
    onClick: () => void navigate({ to }),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={texts.header.nothingFound}
      searchProps={{
        leftSection: <SearchIcon size={16} />,
        placeholder: texts.header.searchHint,
        'aria-label': texts.header.searchHint,
      }}
    />
  );
}
