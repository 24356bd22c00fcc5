import { describeType, type TypeDescription } from '#core/activation/describe.ts';
import { TYPES } from '#core/activation/registry.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'destination-types';

/** `GET /tributary/destination-types`: the catalogue, or what of it has all the words that are searched for. */
export function listTypes({ query }: RouteCall<{ search?: string | undefined }>): HttpAnswer {
  const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...TYPES.keys()].sort().map((name) => describeType(name)!);
  const types = all.filter((type) => words.every((word) => searchedIn(type).includes(word)));
  return { status: 200, body: { types: types.map(withoutForm) } };
}

const searchedIn = ({ type, title, category, summary, identities }: TypeDescription): string =>
  [type, title, category, summary, ...identities].join('\n').toLowerCase();

/** What a list of types needs no more of: how one is set up. */
const withoutForm = ({ schema: _schema, example: _example, setUp: _setUp, ...type }: TypeDescription) => type;

/** `GET /tributary/destination-types/{type}`: what a form can be made of. */
export function showType({ params }: RouteCall): HttpAnswer {
  const type = describeType(params.type!);
  return type ? { status: 200, body: type } : problem(FAMILY, 404, 'There is no type of destinations of this name');
}
