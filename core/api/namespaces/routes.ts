import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { type ApiRoute, route } from '../management/route.ts';
import {
  createNamespace,
  listNamespaces,
  newNamespace,
  replaceNamespace,
  showNamespace,
  writtenNamespace,
} from './namespaces.ts';

const family = 'namespaces';
const answer = z.looseObject({
  id: z.int(),
  code: z.string(),
  idType: z.string(),
  name: z.string(),
  custom: z.boolean(),
});

export const NAMESPACE_ROUTES: readonly ApiRoute[] = [
  ...['/identities', '/orgs/{org}/identities'].map((path) =>
    route({
      family,
      method: 'GET',
      path,
      scope: 'signed-in',
      summary: 'List identity namespaces',
      answer: z.array(answer),
      handle: listNamespaces,
    }),
  ),
  route({
    family,
    method: 'POST',
    path: '/identities',
    scope: 'govern',
    summary: 'Create an identity namespace',
    body: newNamespace,
    answer,
    handle: (call) => createNamespace(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/identities/{id}',
    scope: 'signed-in',
    summary: 'Show an identity namespace',
    answer,
    handle: showNamespace,
  }),
  route({
    family,
    method: 'PUT',
    path: '/identities/{id}',
    scope: 'govern',
    summary: 'Replace an identity namespace',
    body: writtenNamespace,
    answer,
    handle: (call) => replaceNamespace(call.body, call),
  }),
  ...notImplemented(
    family,
    ['/identities/{id}'],
    'Namespaces are not deleted, since identities of theirs may be stored',
    ['DELETE', 'PATCH'],
  ),
];
