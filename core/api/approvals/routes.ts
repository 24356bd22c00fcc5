import * as z from 'zod';
import { type ApiRoute, route } from '../management/route.ts';
import { approveChange, listApprovals, showApproval } from './approvals.ts';

const family = 'approvals';

const person = z.looseObject({ id: z.string(), name: z.string(), kind: z.string() });
const approval = z.looseObject({
  id: z.string(),
  status: z.enum(['waiting', 'made', 'expired']),
  scope: z.string(),
  summary: z.string(),
  askedBy: person,
  askedAt: z.string(),
  approvedBy: person.optional(),
  approvedAt: z.string().optional(),
});

/** Each says itself which scope it takes: that of the change. */
export const APPROVAL_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '',
    scope: 'signed-in',
    summary: 'List changes that wait for a second person, and what became of those of late',
    answer: z.object({ approvals: z.array(approval) }),
    handle: listApprovals,
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}',
    scope: 'signed-in',
    summary: 'Show a change that waits for a second person, with the definitions as they shall be',
    answer: approval.extend({
      comment: z.string(),
      changes: z.array(z.object({ kind: z.string(), name: z.string(), value: z.looseObject({}).nullable() })),
    }),
    handle: showApproval,
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/approve',
    scope: 'signed-in',
    summary: 'Approve what somebody else has asked for, and make it',
    answer: z.looseObject({ version: z.string(), warnings: z.array(z.looseObject({})) }),
    handle: approveChange,
  }),
];
