import { type AnyRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';

/** The addresses of people: by their reference, and never by an identity. */
export function profileRoutes<Root extends AnyRoute>(root: Root) {
  const search = createRoute({
    getParentRoute: () => root,
    path: '/profiles',
    component: lazyRouteComponent(() => import('./search.tsx'), 'ProfileSearch'),
  });
  const one = createRoute({
    getParentRoute: () => root,
    path: '/profiles/$reference',
    beforeLoad: ({ params }) => {
      const { reference } = params as { readonly reference: string };
      throw redirect({ to: '/profiles/$reference/$tab', params: { reference, tab: 'summary' } as never });
    },
  });
  const tab = createRoute({
    getParentRoute: () => root,
    path: '/profiles/$reference/$tab',
    component: lazyRouteComponent(() => import('./profile.tsx'), 'ProfileScreen'),
  });
  return [search, one, tab] as const;
}
