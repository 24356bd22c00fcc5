import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { TributaryFunction } from './tributary-function.ts';

/** How a host tells requests that come by its distribution from all others. */
export interface OriginCheck {
  readonly secret: Secret;
  readonly check: TributaryFunction<'origin-check'>;
}
