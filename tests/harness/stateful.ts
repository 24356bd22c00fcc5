import { allResources, type Resource, type Templates } from '#tests/harness/poller/template.ts';

/** What keeps data, and what CloudFormation replaces (or makes anew, as the value of a secret) when it changes. */
const FIXED: Readonly<Record<string, (properties: Resource['properties']) => object>> = {
  'AWS::DynamoDB::GlobalTable': ({
    TableName,
    KeySchema,
    AttributeDefinitions,
    LocalSecondaryIndexes,
    StreamSpecification,
  }) => {
    const keys = new Set((KeySchema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName));
    const types = (AttributeDefinitions as { AttributeName: string }[]).filter(({ AttributeName }) =>
      keys.has(AttributeName),
    );
    return { TableName, KeySchema, types, LocalSecondaryIndexes, StreamSpecification };
  },
  'AWS::S3::Bucket': ({ BucketName, ObjectLockEnabled }) => ({ BucketName, ObjectLockEnabled }),
  'AWS::Kinesis::Stream': ({ Name }) => ({ Name }),
  'AWS::SecretsManager::Secret': ({ Name, GenerateSecretString }) => ({ Name, GenerateSecretString }),
};

export const isStateful = (type: string): boolean => Object.hasOwn(FIXED, type);

/** One resource that keeps data, as far as it must stay as it is. */
export interface Stateful {
  readonly type: string;
  readonly fixed: Readonly<Record<string, unknown>>;
}

/** Stack and logical id (`data/ProfilesF1D…`) → what keeps data. */
export type StatefulResources = Readonly<Record<string, Stateful>>;

export function statefulOf(templates: Templates): StatefulResources {
  const found = allResources(templates).filter(({ type }) => isStateful(type));
  const entries = found.map(({ stack, logicalId, type, properties }): [string, Stateful] => {
    const fixed = JSON.parse(JSON.stringify(FIXED[type]!(properties))) as Stateful['fixed'];
    return [`${stack.split('-').at(-1)}/${logicalId}`, { type, fixed }];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What an update from one state to the other would lose: resources that are removed or replaced. One line each. */
export function lossesBetween(before: StatefulResources, after: StatefulResources): string[] {
  return Object.entries(before).flatMap(([id, { type, fixed }]) => {
    const now = after[id];
    if (now === undefined) return [`${id} (${type}) is removed: an update of a stage deletes it, or leaves it behind`];
    if (now.type !== type) return [`${id} is ${now.type} instead of ${type}: an update replaces it`];
    return (
      [...new Set([...Object.keys(fixed), ...Object.keys(now.fixed)])]
        .filter((name) => JSON.stringify(fixed[name]) !== JSON.stringify(now.fixed[name]))
        // A table that had no stream gets one in place, and loses nothing.
        .filter((name) => name !== 'StreamSpecification' || fixed[name] !== undefined)
        .map((name) => `${id} (${type}) has another ${name}: an update replaces it, or what it holds`)
    );
  });
}
