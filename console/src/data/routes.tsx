import { type AnyRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readRejectedFilter } from './rejected/filter.ts';

/** The addresses of data. */
export function dataRoutes<Root extends AnyRoute>(root: Root) {
  const under = { getParentRoute: () => root };
  const start = createRoute({
    ...under,
    path: '/data',
    beforeLoad: () => {
      throw redirect({ to: '/data/datasets' as never });
    },
  });
  const datasets = createRoute({
    ...under,
    path: '/data/datasets',
    component: lazyRouteComponent(() => import('./datasets/datasets.tsx'), 'Datasets'),
  });
  const dataset = createRoute({
    ...under,
    path: '/data/datasets/$id',
    component: lazyRouteComponent(() => import('./datasets/dataset.tsx'), 'DatasetScreen'),
  });
  const schemas = createRoute({
    ...under,
    path: '/data/schemas',
    component: lazyRouteComponent(() => import('./schemas/schemas.tsx'), 'Schemas'),
  });
  const schema = createRoute({
    ...under,
    path: '/data/schemas/$id',
    component: lazyRouteComponent(() => import('./schemas/schema.tsx'), 'SchemaScreen'),
  });
  const batches = createRoute({
    ...under,
    path: '/data/batches',
    component: lazyRouteComponent(() => import('./batches/batches.tsx'), 'Batches'),
  });
  const batch = createRoute({
    ...under,
    path: '/data/batches/$id',
    component: lazyRouteComponent(() => import('./batches/batch.tsx'), 'BatchScreen'),
  });
  const rejected = createRoute({
    ...under,
    path: '/data/rejected',
    validateSearch: readRejectedFilter,
    component: lazyRouteComponent(() => import('./rejected/rejected.tsx'), 'Rejected'),
  });
  const upload = createRoute({
    ...under,
    path: '/data/upload',
    component: lazyRouteComponent(() => import('./upload/upload.tsx'), 'Upload'),
  });
  return [start, datasets, dataset, schemas, schema, batches, batch, rejected, upload] as const;
}
