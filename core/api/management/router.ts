import type * as z from 'zod';
import { decodeJson } from '#core/ingestion/text/decode-json.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { pointerTo } from '#core/util/pointer.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { type Caller, type Callers, mayDoSome } from './caller.ts';
import { FAMILIES, type Family } from './families.ts';
import { missingScope, problem, type RequestError } from './problem.ts';
import type { ApiRoute } from './route.ts';

/** Answers calls by a table of routes. */
export interface Router<Deps> {
  answer(call: HttpCall, deps: Deps): Promise<HttpAnswer>;
}

/** What every table needs. */
interface CalledBy {
  readonly callers: Callers;
}
type Row<Deps> = ApiRoute<z.ZodType, z.ZodType, Deps>;

interface Match<Deps> {
  readonly route: Row<Deps>;
  readonly params: Readonly<Record<string, string>>;
  /** Steps of the path that are fixed: the more, the better it fits. */
  readonly fixed: number;
}

/** Makes a router of a table; of several rows that fit a path, the one with the most fixed steps counts. */
export function createRouter<Deps extends CalledBy>(routes: readonly Row<Deps>[]): Router<Deps> {
  const rows = routes.map((route) => ({ route, pattern: patternOf(`${FAMILIES[route.family].base}${route.path}`) }));
  return {
    async answer(call, deps) {
      const path = call.path.replace(/\/$/, '');
      const fitting = rows.flatMap(({ route, pattern }): Match<Deps>[] => {
        const params = paramsOf(pattern, path);
        return params ? [{ route, params, fixed: pattern.filter(({ name }) => name === undefined).length }] : [];
      });
      const match = fitting
        .filter(({ route }) => route.method === call.method)
        .reduce<Match<Deps> | undefined>((best, one) => (best && best.fixed >= one.fixed ? best : one), undefined);
      const caller = match?.route.scope === 'public' ? NOBODY : await deps.callers.callerOf(call);
      if ('status' in caller) return caller;
      if (match) return answerMatch(match, call, caller, deps);
      if (fitting.length > 0) return notPossible(fitting.map(({ route }) => route));
      return problem(familyOf(path), 404, 'There is nothing at this address');
    },
  };
}

const NOBODY: Caller = { id: '', name: '', kind: 'client', scopes: [] };

async function answerMatch<Deps>(
  { route, params }: Match<Deps>,
  call: HttpCall,
  caller: Caller,
  deps: Deps,
): Promise<HttpAnswer> {
  const { family, scope } = route;
  if (!isAllowed(caller, route)) {
    return missingScope(family, scope);
  }
  const query = read(route.query, new Map(Object.entries(call.query)), family, 'parameter');
  if ('status' in query) return query;
  const json = route.body ? bodyOf(call.body, family) : { value: undefined };
  if ('status' in json) return json;
  const body = read(route.body, json.value, family, 'body');
  if ('status' in body) return body;
  return withTag(await route.handle({ params, query: query.value, body: body.value, call, caller, deps }), call);
}

function isAllowed(caller: Caller, { scope, method }: Pick<ApiRoute, 'scope' | 'method'>): boolean {
  if (scope === 'public' || scope === 'signed-in' || mayDoSome(caller, scope)) return true;
  return scope === 'operate' && method === 'GET' && mayDoSome(caller, 'operate:read');
}

function bodyOf(bytes: Uint8Array, family: Family): { readonly value: unknown } | HttpAnswer {
  if (bytes.length === 0) return { value: undefined };
  if (bytes.length > MAX_RECORD_BYTES) {
    return problem(family, 413, `The body has ${bytes.length} bytes; ${MAX_RECORD_BYTES} are possible`);
  }
  const decoded = decodeJson(bytes);
  if (!decoded.rejection) return decoded;
  const { message, pointer = '' } = decoded.rejection;
  return problem(family, 400, `The body cannot be read: ${message}`, { errors: [{ pointer, message }] });
}

function read(
  shape: z.ZodType | undefined,
  value: unknown,
  family: Family,
  where: 'parameter' | 'body',
): { readonly value: unknown } | HttpAnswer {
  if (!shape) return { value: undefined };
  const given = value instanceof Map ? Object.fromEntries(value) : value;
  const parsed = shape.safeParse(given);
  if (parsed.success) return { value: parsed.data };
  const errors = parsed.error.issues
    .flatMap((issue) => spoken(issue))
    .slice(0, 20)
    .map(({ path, message }): RequestError => {
      const pointer = where === 'body' ? pointerTo(path) : path.join('.');
      return { pointer, message };
    });
  const [{ pointer, message }] = errors as [RequestError];
  const place = where === 'body' ? `body${pointer}` : `parameter ${pointer}`;
  return problem(family, 400, `${place}: ${message}`, { errors });
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** Of several shapes that a value may have, the one that it comes closest to speaks: whose mistakes lie deepest. */
function spoken(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== 'invalid_union' || !('errors' in issue)) return [issue];
  const depthOf = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...issues.map(({ path }) => path.length));
  const best = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a))[0] ?? [];
  if (best.length === 0) return [issue];
  return best
    .flatMap((inner) => spoken(inner))
    .map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** Whoever has it already is not sent it again. */
function withTag(answer: HttpAnswer, { method, headers }: HttpCall): HttpAnswer {
  const tag = answer.headers?.etag;
  if (tag === undefined || method !== 'GET' || answer.status !== 200) return answer;
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known?.includes(tag) ? { status: 304, headers: { etag: tag } } : answer;
}

function notPossible(routes: readonly Pick<ApiRoute, 'method' | 'family'>[]): HttpAnswer {
  const allow = [...new Set(routes.map(({ method }) => method))].sort().join(', ');
  return problem(routes[0]!.family, 405, `Possible here: ${allow}`, { headers: { allow } });
}

const familyOf = (path: string): Family =>
  (Object.entries(FAMILIES).find(([, { base }]) => base !== '' && path.startsWith(base))?.[0] as Family | undefined) ??
  'description';

interface Step {
  /** What has to stand there. */
  readonly text?: string;
  /** What stands there is called. */
  readonly name?: string;
  readonly isRest?: boolean;
}

const patternOf = (path: string): readonly Step[] =>
  path
    .split('/')
    .slice(1)
    .map((step) => {
      const name = /^\{(\w+)(\+?)\}$/.exec(step);
      return name ? { name: name[1]!, isRest: name[2] === '+' } : { text: step };
    });

function paramsOf(pattern: readonly Step[], path: string): Record<string, string> | undefined {
  const steps = path.split('/').slice(1);
  const last = pattern.at(-1);
  if (last?.isRest ? steps.length < pattern.length : steps.length !== pattern.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, { text, name, isRest }] of pattern.entries()) {
    const found = isRest ? steps.slice(i).join('/') : steps[i]!;
    if (name === undefined ? found !== text : found === '') return undefined;
    if (name !== undefined) params[name] = found;
  }
  return params;
}
