import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges one wildcard in the permissions of a construct. cdk-nag names a wildcard as the template spells it,
 * which is known only after references between stacks are resolved: at validation, which comes before cdk-nag's.
 */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  scope.node.addValidation({
    validate: () => {
      const finding = flatten(Stack.of(scope).resolve(resource));
      Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
      return [];
    },
  });
}

/** A resolved reference as cdk-nag writes it. */
function flatten(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const [[key, value] = ['', undefined]] = Object.entries(reference as Record<string, unknown>);
  switch (key) {
    case 'Fn::Join': {
      const [delimiter, items] = value as [string, unknown[]];
      return items.map(flatten).join(delimiter);
    }
    case 'Fn::GetAtt':
      return `<${(value as string[]).join('.')}>`;
    case 'Fn::ImportValue':
      return flatten(value);
    case 'Ref':
      return `<${value}>`;
    default:
      return JSON.stringify(reference);
  }
}
