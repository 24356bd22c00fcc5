import { describe } from 'vitest';
import { conformanceSuite } from './conformance-suite.ts';
import type { AnyRequestType } from './conformance-world.ts';
import { BATCH, type Shape, shapeConformance, shapeType } from './shapes.ts';

const PLAIN: Shape = {
  rejects: 'rows',
  makesAudiences: false,
  later: 'no',
  looksUp: false,
  inside200: false,
  expiredStatus: 401,
  shrinksTo: BATCH,
};

const SHAPES: Readonly<Record<string, Partial<Shape>>> = {
  'errors row by row': {},
  'one bad row sinks the request, and is named': { rejects: 'whole, named' },
  'one bad row sinks the request, and nobody says which': { rejects: 'whole, unnamed' },
  'errors, limits and expired tokens inside a 200': { inside200: true, rejects: 'whole, unnamed' },
  'audiences that are made on request': { makesAudiences: true },
  'results that come later': { later: 'rows' },
  'errors of a job on pages of their own': { later: 'pages' },
  'jobs that say how many failed, and not who': { later: 'counts' },
  'a limit that shrinks': { shrinksTo: 2 },
  'a limit that shrinks to one, and errors inside a 200': { shrinksTo: 1, inside200: true },
  'a server error that means an expired token': { expiredStatus: 500 },
  'a bad request that means an expired token': { expiredStatus: 400, later: 'rows' },
  'ids that have to be looked up first': { looksUp: true },
  'everything at once': {
    makesAudiences: true,
    later: 'pages',
    looksUp: true,
    inside200: true,
    rejects: 'whole, unnamed',
  },
};

for (const [name, shape] of Object.entries(SHAPES)) {
  const own = { ...PLAIN, ...shape };
  describe(`a vendor with ${name}`, () => {
    conformanceSuite(shapeType(own) as unknown as AnyRequestType, shapeConformance(own));
  });
}
