import { type App, type Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { StageConfig } from './config/schema.ts';
import { ActivationStack } from './stacks/activation-stack.ts';
import { ComputeStack } from './stacks/compute-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { EdgeFrontStack } from './stacks/edge-front-stack.ts';
import { LanesStack } from './stacks/lanes-stack.ts';

/** The table of contents: the stacks of one stage, `tributary-<stage>-…`, and what holds for all of them. */
export interface Tributary {
  readonly data: DataStack;
  readonly activation: ActivationStack;
  readonly lanes: LanesStack;
  readonly compute: ComputeStack;
}

export function buildTributary(app: App, config: StageConfig): Tributary {
  const prefix = `tributary-${config.stage}`;
  const tags = { ...config.tags, project: 'tributary', stage: config.stage };
  // How stacks refer to each other is read from the context, which must be set before the first stack is made.
  app.node.setContext('@aws-cdk/core:defaultCrossStackReferences', config.stackReferences);
  const common = {
    config,
    tags,
    terminationProtection: config.deletionProtection,
    env: {
      ...(config.account === undefined ? {} : { account: config.account }),
      ...(config.region === undefined ? {} : { region: config.region }),
    },
  };

  const data = new DataStack(app, `${prefix}-data`, {
    ...common,
    description: 'Tributary: the stream, buckets and tables',
  });
  const activation = new ActivationStack(app, `${prefix}-activation`, {
    ...common,
    data,
    description: 'Tributary: the queues and functions of the destinations',
  });
  const lanes = new LanesStack(app, `${prefix}-lanes`, {
    ...common,
    data,
    activation,
    description: 'Tributary: delivery lanes that the catalog gives to destinations',
  });
  const compute = new ComputeStack(app, `${prefix}-compute`, {
    ...common,
    data,
    activation,
    lanes,
    description: 'Tributary: the functions from the endpoints to the destinations',
  });

  const { cdn } = config.edge;
  if (cdn) {
    const front = new EdgeFrontStack(app, `${prefix}-edge-front`, {
      ...common,
      env: { ...common.env, region: 'us-east-1' },
      cdn,
      compute: compute.stackName,
      description: 'Tributary: CloudFront in front of the edge',
    });
    front.addStackDependency(compute);
  }

  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);
  for (const stack of [data, activation, lanes, compute]) limitRoles(stack, config.permissionsBoundary);
  return { data, activation, lanes, compute };
}

/** Gives every role of a stack the boundary that a company may ask for: those of the CDK's own functions, too. */
function limitRoles(stack: Stack, boundary: string | undefined): void {
  if (boundary === undefined) return;
  const policy = boundary.startsWith('arn:')
    ? ManagedPolicy.fromManagedPolicyArn(stack, 'PermissionsBoundary', boundary)
    : ManagedPolicy.fromManagedPolicyName(stack, 'PermissionsBoundary', boundary);
  PermissionsBoundary.of(stack).apply(policy);
}
