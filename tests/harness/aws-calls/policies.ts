import { TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
import { ENVIRONMENT, type FunctionName } from '#core/contract/functions.ts';
import {
  follow,
  identityOf,
  type Resource,
  render,
  resourcesOfType,
  type Templates,
} from '#tests/harness/poller/template.ts';

/** One function of a template, and what its role allows. */
export interface DeployedFunction {
  /** With the delivery lane where there are several of its kind: `deliver-http/webhook`. */
  readonly label: string;
  readonly name: FunctionName;
  /** As they will be, references rendered. */
  readonly variables: Readonly<Record<string, string>>;
  readonly statements: readonly AllowedStatement[];
}

export interface AllowedStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Patterns of partition keys; any where it is missing. */
  readonly leadingKeys?: readonly string[];
}

interface Written {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** All functions of a stage that are the platform's own, by the list that the stage publishes of them. */
export function deployedFunctions(templates: Templates): DeployedFunction[] {
  const policies = resourcesOfType(templates, 'AWS::IAM::Policy');
  const labels = labelsOf(templates);
  return resourcesOfType(templates, 'AWS::Lambda::Function').flatMap((resource) => {
    const label = labels.get(identityOf(resource));
    if (label === undefined) return [];
    const role = identityOf(follow(templates, resource.stack, resource.properties.Role));
    const own = policies.filter(({ stack, properties }) =>
      (properties.Roles as unknown[]).some((each) => identityOf(follow(templates, stack, each)) === role),
    );
    const { Variables = {} } = resource.properties.Environment as { Variables?: Record<string, unknown> };
    const variables = Object.entries(Variables).map(([name, value]) => [
      name,
      render(templates, resource.stack, value),
    ]);
    return [
      {
        label,
        name: nameOf(label),
        variables: Object.fromEntries(variables) as Record<string, string>,
        statements: own.flatMap((policy) => statementsOf(templates, policy)),
      },
    ];
  });
}

function nameOf(label: string): FunctionName {
  const name = label.split('/')[0]!;
  if (!Object.hasOwn(ENVIRONMENT, name)) throw new Error(`"${label}" is no function of core/contract/functions.ts`);
  return name as FunctionName;
}

/** `"<label>":"<function>"`, as the handle `functions` has it. */
function labelsOf(templates: Templates): ReadonlyMap<string, string> {
  const handle = resourcesOfType(templates, 'AWS::SSM::Parameter').find(({ properties }) =>
    String(properties.Name).endsWith('/functions'),
  )!;
  const published = JSON.parse(render(templates, handle.stack, handle.properties.Value)) as Record<string, string>;
  return new Map(Object.entries(published).map(([label, made]) => [made, label]));
}

function statementsOf(templates: Templates, policy: Resource): AllowedStatement[] {
  const { Statement } = policy.properties.PolicyDocument as { Statement: Written[] };
  return Statement.map(({ Effect, Action, Resource: on, Condition = {} }) => {
    if (Effect !== 'Allow') throw new Error(`${identityOf(policy)} denies something, which this does not understand`);
    // Which functions event sources may be switched of: tests/infra/lanes.test.ts.
    const { 'ForAllValues:StringLike': like, StringEquals: equal, ArnEquals: of, ...others } = Condition;
    const { 'dynamodb:LeadingKeys': leadingKeys, ...more } = like ?? {};
    // Secrets have their marks before anybody reads them: tests/infra/text-events.test.ts.
    const marks = Object.keys(equal ?? {}).filter((name) => name !== `aws:ResourceTag/${TEXT_SECRET_TAG.key}`);
    const places = Object.keys(of ?? {}).filter((name) => name !== 'lambda:FunctionArn');
    const unknown = [...Object.keys(others), ...Object.keys(more), ...marks, ...places];
    if (unknown.length > 0)
      throw new Error(`${identityOf(policy)} has conditions that are not known here: ${unknown.join()}`);
    return {
      actions: asList(Action),
      resources: asList(on).map((each) => render(templates, policy.stack, each)),
      ...(leadingKeys !== undefined && { leadingKeys: asList(leadingKeys as string | string[]) }),
    };
  });
}

/** Whether a function may do something. @param key the partition key that it does it to */
export const isAllowed = (
  { statements }: Pick<DeployedFunction, 'statements'>,
  action: string,
  resource: string | undefined,
  key?: string,
): boolean =>
  statements.some(
    ({ actions, resources, leadingKeys }) =>
      actions.some((pattern) => isLike(pattern, action)) &&
      (resource === undefined || resources.some((pattern) => isLike(pattern, resource))) &&
      (leadingKeys === undefined || (key !== undefined && leadingKeys.some((pattern) => isLike(pattern, key)))),
  );

/** `*` stands for anything. */
export function isLike(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const found = isLast ? (text.endsWith(part) ? text.length - part.length : -1) : text.indexOf(part, at);
    if (found < at) return false;
    at = found + part.length;
  }
  return rest.length > 0 || text === pattern;
}
