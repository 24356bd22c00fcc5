import { type AnyRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readFilters } from './filters.ts';

/** With what a new audience begins: another one, or one of the templates. */
const readBeginning = ({ from, template }: Readonly<Record<string, unknown>>) => ({
  ...(typeof from === 'string' && { from }),
  ...(Number.isInteger(template) && { template: template as number }),
});

/** The addresses of audiences. */
export function audienceRoutes<Root extends AnyRoute>(root: Root) {
  const list = createRoute({
    getParentRoute: () => root,
    path: '/audiences',
    validateSearch: readFilters,
    component: lazyRouteComponent(() => import('./list/audiences.tsx'), 'Audiences'),
  });
  const created = createRoute({
    getParentRoute: () => root,
    path: '/audiences/new',
    validateSearch: readBeginning,
    component: lazyRouteComponent(() => import('./editor/new-audience.tsx'), 'NewAudience'),
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
  return [list, created, one, tab] as const;
}
