import { CfnOutput } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { parameterName, type StageParameter } from '#core/contract/stage-parameters.ts';

const pascal = (handle: StageParameter): string =>
  handle.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());

/** Says what resources are called: in SSM for the command line, and as outputs of the stack for people. */
export class StageParameters extends Construct {
  readonly #stage: string;

  constructor(scope: Construct, id: string, props: { readonly stage: string }) {
    super(scope, id);
    this.#stage = props.stage;
  }

  publish(handle: StageParameter, value: string, description: string): void {
    new StringParameter(this, pascal(handle), {
      parameterName: parameterName(this.#stage, handle),
      stringValue: value,
      description,
    });
    new CfnOutput(this, `${pascal(handle)}Output`, { value, description }).overrideLogicalId(pascal(handle));
  }

  /** A map as JSON text; its values may be known only after the deployment. */
  publishMap(handle: StageParameter, values: Readonly<Record<string, string>>, description: string): void {
    this.publish(handle, JSON.stringify(values), description);
  }
}
