import { type AnyRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';

/** The addresses of destinations. */
export function destinationRoutes<Root extends AnyRoute>(root: Root) {
  const getParentRoute = () => root;
  const list = createRoute({
    getParentRoute,
    path: '/destinations',
    component: lazyRouteComponent(() => import('./list.tsx'), 'Destinations'),
  });
  const catalogue = createRoute({
    getParentRoute,
    path: '/destinations/catalog',
    validateSearch: ({ search }: Readonly<Record<string, unknown>>) => (search ? { search: String(search) } : {}),
    component: lazyRouteComponent(() => import('./catalogue.tsx'), 'Catalogue'),
  });
  const setUp = createRoute({
    getParentRoute,
    path: '/destinations/new/$type',
    component: lazyRouteComponent(() => import('./set-up.tsx'), 'SetUp'),
  });
  const one = createRoute({
    getParentRoute,
    path: '/destinations/$id',
    beforeLoad: ({ params }) => {
      const { id } = params as { readonly id: string };
      throw redirect({ to: '/destinations/$id/$tab', params: { id, tab: 'overview' } as never });
    },
  });
  const tab = createRoute({
    getParentRoute,
    path: '/destinations/$id/$tab',
    component: lazyRouteComponent(() => import('./detail.tsx'), 'DestinationScreen'),
  });
  return [list, catalogue, setUp, one, tab] as const;
}
