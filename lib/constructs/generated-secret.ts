import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';

export interface GeneratedSecretProps {
  readonly config: StageConfig;
  readonly description: string;
  /** Why it is not rotated by a schedule. */
  readonly reason: string;
}

/** The same as `excludePunctuation`, for emulators that look at nothing but this. */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A key that nobody has to think of: generated when it is deployed, kept where data is kept. */
export function generatedSecret(scope: Construct, id: string, props: GeneratedSecretProps): Secret {
  const { config, description, reason } = props;
  const secret = new Secret(scope, id, {
    description,
    generateSecretString: { passwordLength: 64, excludePunctuation: true, excludeCharacters: PUNCTUATION },
    removalPolicy: config.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason });
  return secret;
}
