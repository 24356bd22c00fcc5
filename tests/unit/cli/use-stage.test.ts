import { GetParametersByPathCommand, SSMClient, SSMServiceException } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';

const ssm = mockClient(SSMClient);
const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('a stage that cannot be reached', () => {
  afterEach(() => ssm.reset());

  it.each<[what: string, error: Error, says: RegExp]>([
    ['no region', new Error('Region is missing'), /in which region the stage "dev" is\. Set AWS_REGION/],
    ['no credentials', named('CredentialsProviderError', 'Could not load'), /No AWS credentials .* Set AWS_PROFILE/],
    ['nothing there', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), /Nothing answers at/],
    [
      'credentials that are too old',
      new SSMServiceException({
        name: 'ExpiredTokenException',
        message: 'The token has expired',
        $fault: 'client',
        $metadata: {},
      }),
      /ExpiredTokenException: The token has expired/,
    ],
  ])('says why: %s', async (_, error, says) => {
    ssm.on(GetParametersByPathCommand).rejects(error);
    const failed = useStage('dev');
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(says);
  });

  it('says in one line that there is none of that name, and how it would be deployed', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [] });
    await expect(useStage('dev')).rejects.toThrow(
      /^There is no stage "dev" in \S+\. Deploy it with "npx cdk deploy --all -c stage=dev", or name one .* --stage\.$/,
    );
  });

  it('says in one line what one lacks that was deployed by another version', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    const Parameters = [{ Name: '/tributary/dev/profiles-table', Value: 'profiles' }];
    ssm.on(GetParametersByPathCommand).resolves({ Parameters });
    await expect(useStage('dev')).rejects.toThrow(/^The stage "dev" .* another version .*landing-bucket.*$/);
  });

  it('says which stages there are when there is none of that name, in one line', async () => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [] });
    await expect(useStage('no-such-stage')).rejects.toThrow(
      /^There is no stage "no-such-stage" here: nothing is deployed under that name, and stages\/ has [^\n]*\blocal\b[^\n]*$/,
    );
  });

  it('does not hide what is our own fault', async () => {
    ssm.on(GetParametersByPathCommand).rejects(new TypeError('x is no function'));
    await expect(useStage('dev')).rejects.toThrow(TypeError);
  });
});
