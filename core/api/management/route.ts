import type * as z from 'zod';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { Caller, Scope } from './caller.ts';
import type { ManagementDeps } from './deps.ts';
import type { Family } from './families.ts';

/** `signed-in`: whoever is known may; `public`: anybody. */
export type RouteScope = Scope | 'signed-in' | 'public';
export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A call that was let in, and whose query and body have the shape they must have. */
export interface RouteCall<Query = unknown, Body = unknown, Deps = ManagementDeps> {
  /** What `{name}` of the path stands for; `{name+}` has slashes in it. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly call: HttpCall;
  readonly caller: Caller;
  readonly deps: Deps;
}

/** A route of the management host. There is none without a scope. */
export interface ApiRoute<
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Deps = ManagementDeps,
> {
  readonly family: Family;
  readonly method: ApiMethod;
  /** Below the path of the family: `/schemas/{id+}`; `{name+}` is the rest, slashes included. */
  readonly path: string;
  /** Whoever has `operate:read` may also do what needs `operate` and only reads (`GET`). */
  readonly scope: RouteScope;
  /** What it does, in a few words. */
  readonly summary: string;
  readonly query?: Query;
  readonly body?: Body;
  /** Of the answer when all is well; undefined where it has no body. */
  readonly answer?: z.ZodType;
  handle(call: RouteCall<z.output<Query>, z.output<Body>, Deps>): Promise<HttpAnswer> | HttpAnswer;
}

/** A row of the table, with the types of its query and body known to its handler. */
export const route = <Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType>(
  row: ApiRoute<Query, Body>,
): ApiRoute => row as unknown as ApiRoute;

/** The same for a table whose handlers need other things. */
export const routeOf =
  <Deps>() =>
  <Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType>(
    row: ApiRoute<Query, Body, Deps>,
  ): ApiRoute<z.ZodType, z.ZodType, Deps> =>
    row as unknown as ApiRoute<z.ZodType, z.ZodType, Deps>;

/** A row without what answers it: for a table whose handlers may do what those who describe it may not. */
export const described = <Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType>(
  row: Omit<ApiRoute<Query, Body>, 'handle'>,
): Omit<ApiRoute<Query, Body>, 'handle'> => row;
