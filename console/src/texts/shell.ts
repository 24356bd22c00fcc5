/** What stands around every screen. */
export const shell = {
  name: 'Tributary',
  nav: {
    label: 'Screens',
    overview: 'Overview',
    audiences: 'Audiences',
    profiles: 'Profiles',
    destinations: 'Destinations',
    data: 'Data',
    datasets: 'Datasets',
    skip: 'Skip to content',
    breadcrumb: 'Where this page is',
  },
  header: {
    stage: (stage: string) => `Stage ${stage}`,
    refreshOn: 'Auto refresh on',
    refreshOff: 'Auto refresh off',
    scheme: 'Switch between light and dark',
    signOut: 'Sign out',
    search: 'Search',
    searchHint: 'Search pages, audiences, destinations and datasets',
    nothingFound: 'Nothing found',
  },
  signIn: {
    title: 'Sign in',
    lead: 'Open the address that the command prints. It holds a token that works once, for five minutes.',
    command: 'npm run -s tributary -- console',
    used: 'That address was used already, or is older than five minutes. Print a new one with the command below.',
    ended: 'Your session ended. Print a new address with the command below.',
    working: 'Signing in',
  },
} as const;
