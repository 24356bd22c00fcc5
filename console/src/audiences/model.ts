import type { AnswerOf } from '#client/client.ts';

export type Audience = AnswerOf<'GET /tributary/audiences'>['audiences'][number];
export type AudienceDetail = AnswerOf<'GET /tributary/audiences/{id}'>;
export type RuleCheck = AnswerOf<'POST /tributary/audiences/rules/check'>;
export type Field = AnswerOf<'GET /tributary/audiences/rules/fields'>['fields'][number];

/** What the list tells of an audience: a rule that needs repair comes before any other state. */
export const stateOf = ({ state, needsRepair }: Pick<Audience, 'state' | 'needsRepair'>): string =>
  needsRepair === undefined ? state : 'needs-repair';

/** The life of a definition, as it is written. */
export type Lifecycle = 'draft' | 'published' | 'inactive' | 'archived';

/** A definition as it is written in a catalog. */
export interface Definition {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly expression: { readonly type: 'PQL'; readonly format: 'pql/text'; readonly value: string };
  readonly lifecycleState?: Lifecycle;
  readonly [more: string]: unknown;
}
