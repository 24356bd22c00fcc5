import * as z from 'zod';
import { type ApiRoute, route } from '../management/route.ts';
import { checkRule } from './check.ts';
import { listFields } from './fields.ts';
import { showHistory } from './history.ts';
import { listAudiences, showAudience } from './list.ts';
import { audience, checkedRule, field, pastChange, ruleCheck } from './shapes.ts';

const family = 'audiences';
const scope = 'signed-in';

export const AUDIENCE_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '',
    scope,
    summary: 'List audiences with method and why, what they hang on, and who changed them last',
    answer: z.object({ version: z.string(), audiences: z.array(audience) }),
    handle: listAudiences,
  }),
  route({
    family,
    method: 'GET',
    path: '/rules/fields',
    scope,
    summary: 'List the fields that rules may read',
    answer: z.object({ fields: z.array(field) }),
    handle: listFields,
  }),
  route({
    family,
    method: 'POST',
    path: '/rules/check',
    // Whoever may count whom any rule selects can find out about one person.
    scope: 'audience:write',
    summary: 'Check a rule, and estimate whom it would select as a whole and by its parts',
    body: checkedRule,
    answer: ruleCheck,
    handle: (call) => checkRule(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}',
    scope,
    summary: 'Show an audience with its definition',
    answer: audience.extend({ version: z.string(), definition: z.looseObject({}) }),
    handle: showAudience,
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}/history',
    scope,
    summary: 'List what an audience was, by whom and why, newest first',
    answer: z.object({ versions: z.array(pastChange), isComplete: z.boolean() }),
    handle: showHistory,
  }),
];
