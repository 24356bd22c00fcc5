import { type AnyRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readFilters } from './filters.ts';

/** The addresses of audiences. */
export function audienceRoutes<Root extends AnyRoute>(root: Root) {
  const list = createRoute({
    getParentRoute: () => root,
    path: '/audiences',
    validateSearch: readFilters,
    component: lazyRouteComponent(() => import('./list/audiences.tsx'), 'Audiences'),
  });
  const one = createRoute({
    getParentRoute: () => root,
    path: '/audiences/$id',
    beforeLoad: ({ params }) => {
      const { id } = params as { readonly id: string };
      throw redirect({ to: '/audiences/$id/$tab', params: { id, tab: 'definition' } as never });
    },
  });
  const tab = createRoute({
    getParentRoute: () => root,
    path: '/audiences/$id/$tab',
    component: lazyRouteComponent(() => import('./detail/audience.tsx'), 'AudienceScreen'),
  });
  return [list, one, tab] as const;
}
