/** Reads synthesised CloudFormation templates: their resources, and what a reference in one of them means. */

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** Stack name → template. */
export type Templates = Readonly<Record<string, Template>>;

export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
}

/** All resources of one type, over all stacks. */
export function resourcesOfType(templates: Templates, type: string): Resource[] {
  return allResources(templates).filter((resource) => resource.type === type);
}

export function allResources(templates: Templates): Resource[] {
  return Object.entries(templates).flatMap(([stack, template]) =>
    Object.keys(template.Resources).map((logicalId) => resourceAt(templates, stack, logicalId)!),
  );
}

function resourceAt(templates: Templates, stack: string, logicalId: string): Resource | undefined {
  const found = templates[stack]?.Resources[logicalId];
  if (found === undefined) return undefined;
  return {
    stack,
    logicalId,
    type: found.Type,
    properties: found.Properties ?? {},
    deletionPolicy: found.DeletionPolicy,
  };
}

/**
 * The resource that a value refers to, through outputs and imports of other stacks if need be.
 * @throws Error when the value is no reference or points at nothing
 */
export function follow(templates: Templates, stack: string, value: unknown): Resource {
  const fail = (why: string): never => {
    throw new Error(`${why}: ${JSON.stringify(value)} in stack ${stack}`);
  };
  const [[intrinsic, argument] = ['', undefined]] = Object.entries((value ?? {}) as Record<string, unknown>);
  switch (intrinsic) {
    case 'Ref':
      return resourceAt(templates, stack, argument as string) ?? fail('No such resource');
    case 'Fn::GetAtt':
      return resourceAt(templates, stack, (argument as string[])[0] ?? '') ?? fail('No such resource');
    case 'Fn::ImportValue':
      for (const [exporter, template] of Object.entries(templates)) {
        for (const output of Object.values(template.Outputs ?? {})) {
          if (output.Export?.Name === argument) return follow(templates, exporter, output.Value);
        }
      }
      return fail('No stack exports it');
    case 'Fn::GetStackOutput': {
      const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
      const output = templates[StackName]?.Outputs?.[OutputName];
      return output === undefined ? fail('No such output') : follow(templates, StackName, output.Value);
    }
    default:
      return fail('Not a reference');
  }
}

/** What every stack knows of where it is deployed. */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'region',
  'AWS::AccountId': 'account',
};

/** A string that may be composed of references, split into text and the resources referred to. */
export function parts(templates: Templates, stack: string, value: unknown): (string | Resource)[] {
  if (typeof value === 'string') return [value];
  const pseudo = PSEUDO[(value as { Ref?: string } | undefined)?.Ref ?? ''];
  if (pseudo !== undefined) return [pseudo];
  const join = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (join === undefined) return [follow(templates, stack, value)];
  const [delimiter, items] = join;
  return items.flatMap((item, index) => [
    ...(index > 0 && delimiter !== '' ? [delimiter] : []),
    ...parts(templates, stack, item),
  ]);
}

/** A string with every reference replaced by `stack/logicalId`: equal where the deployed values will be equal. */
export function render(templates: Templates, stack: string, value: unknown): string {
  return parts(templates, stack, value)
    .map((part) => (typeof part === 'string' ? part : identityOf(part)))
    .join('');
}

export const identityOf = (resource: Resource): string => `${resource.stack}/${resource.logicalId}`;
