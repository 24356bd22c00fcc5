import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { audienceRoutes } from './audiences/routes.tsx';
import { dataRoutes } from './data/routes.tsx';
import { destinationRoutes } from './destinations/routes.tsx';
import { Failed } from './parts/failed.tsx';
import { profileRoutes } from './profiles/routes.tsx';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';

/** Which address shows which screen. Each is loaded when it is first opened, so that the first one comes fast. */
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview.tsx'), 'Overview'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    ...audienceRoutes(root),
    ...profileRoutes(root),
    ...dataRoutes(root),
    ...destinationRoutes(root),
  ]),
  basepath: '/console',
  defaultPreload: 'intent',
  defaultErrorComponent: ({ error, reset }) => <Failed error={error as Error} retry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
