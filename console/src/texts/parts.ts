/** What every screen says in the same way. */
export const parts = {
  errors: {
    away: 'The API does not answer',
    awayHint: 'The stage may be starting, or stopped. What was read before stays, and is read again by itself.',
    retry: 'Try again',
    since: (time: string) => `as of ${time}`,
    requestId: (id: string) => `Request ${id}`,
    ofStatus: (status: number) => `The API answered ${status}`,
    notFound: 'There is no such page',
    toOverview: 'Go to the overview',
    broken: 'This part of the page failed',
  },
  states: {
    loading: 'Loading',
    updated: (ago: string) => `updated ${ago}`,
    unknown: '–',
    asOf: 'as of',
    trend: (of: string, from: string, to: string) => `${of}: from ${from} to ${to}`,
    needsScope: (scope: string) => `Needs the scope ${scope}`,
  },
  dialog: { close: 'Close', cancel: 'Cancel' },
  table: {
    more: 'Show 100 more',
    some: (shown: string, of: string) => `${shown} of ${of}`,
    all: (shown: string, hasMore: boolean) => (hasMore ? `The first ${shown}` : `${shown} in all`),
  },
  copy: {
    label: 'Copy as',
    command: 'Command',
    yaml: 'YAML',
    request: 'API request',
    link: 'Link',
    done: 'Copied',
  },
} as const;
