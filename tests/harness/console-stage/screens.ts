/** Every screen of the console: a short name and an address that the example has. */
export const SCREENS: Readonly<Record<string, string>> = {
  overview: '/',
  audiences: '/audiences',
  audience: '/audiences/cart-abandoners/definition',
  profiles: '/profiles',
  destinations: '/destinations',
  'destination-types': '/destinations/catalog',
  'new-destination': '/destinations/new/http',
  destination: '/destinations/webhook/overview',
  runs: '/destinations/webhook/runs',
  datasets: '/data/datasets',
  dataset: '/data/datasets/customers',
  schemas: '/data/schemas',
  batches: '/data/batches',
  rejected: '/data/rejected',
  upload: '/data/upload',
};

/** Those that are about something that the example has defined. */
export const OF_THE_EXAMPLE = ['audience', 'new-destination', 'destination', 'runs', 'dataset'];
