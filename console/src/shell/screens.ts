import type { Icon } from '@primer/octicons-react';
import { BroadcastIcon, DatabaseIcon, GraphIcon, PeopleIcon, PersonIcon } from '@primer/octicons-react';
import { texts } from '#console/texts/index.ts';

export interface Screen {
  readonly to: string;
  readonly label: string;
  readonly icon: Icon;
}

/** The screens in the order of the rail. */
export const SCREENS: readonly Screen[] = [
  { to: '/', label: texts.nav.overview, icon: GraphIcon },
  { to: '/audiences', label: texts.nav.audiences, icon: PeopleIcon },
  { to: '/profiles', label: texts.nav.profiles, icon: PersonIcon },
  { to: '/destinations', label: texts.nav.destinations, icon: BroadcastIcon },
  { to: '/data', label: texts.nav.data, icon: DatabaseIcon },
];
