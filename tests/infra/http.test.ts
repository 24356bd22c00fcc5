import { describe, expect, it } from 'vitest';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { stageLike, synthesise, templatesOf } from './stages.ts';

describe.each(['dev', 'prod'] as const)('HTTP in stage %s', (stage) => {
  const templates = templatesOf(stage);
  const stages = resourcesOfType(templates, 'AWS::ApiGatewayV2::Stage');

  it('is limited, and logged without anything about who it was', () => {
    expect(stages.length).toBeGreaterThan(0);
    for (const { properties } of stages) {
      expect(properties.DefaultRouteSettings).toMatchObject({
        ThrottlingRateLimit: expect.any(Number),
        ThrottlingBurstLimit: expect.any(Number),
      });
      const { Format } = properties.AccessLogSettings as { Format: string };
      expect(Format).toContain('$context.status');
      expect(Format).not.toMatch(/identity|sourceIp|userAgent|\$context\.path|header|\.claims/i);
    }
  });

  it('shows profiles to nobody but those whom IAM lets call', () => {
    const routes = resourcesOfType(templates, 'AWS::ApiGatewayV2::Route').map(({ properties }) => properties);
    const access = routes.filter(({ RouteKey }) => String(RouteKey).endsWith('/access/entities'));
    expect(access.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      'GET /data/core/ups/access/entities',
      'GET /ups/access/entities',
      'POST /data/core/ups/access/entities',
      'POST /ups/access/entities',
    ]);
    for (const { AuthorizationType } of access) expect(AuthorizationType).toBe('AWS_IAM');
  });

  it('leads to the functions by nothing but the addresses of the platform', () => {
    const routes = resourcesOfType(templates, 'AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
    expect(routes).toEqual(
      expect.arrayContaining(['POST /collection/{connectionId}', 'POST /collection/batch/{connectionId}']),
    );
    expect(routes).not.toContain('$default');
    expect(resourcesOfType(templates, 'AWS::Lambda::Url')).toEqual([]);
  });
});

describe('HTTP in stage local', () => {
  it('is the URLs of the functions: not everything that answers in place of AWS has HTTP APIs', () => {
    const templates = templatesOf('local');
    expect(resourcesOfType(templates, 'AWS::ApiGatewayV2::Api')).toEqual([]);
    expect(resourcesOfType(templates, 'AWS::Lambda::Url').length).toBeGreaterThan(0);
  });
});

describe('copies of the edge that are kept started', () => {
  const SETTING = 'edge: { provisionedConcurrency: 3 }\n';

  it('are where requests go, each deployment to its own version', () => {
    for (const stage of ['dev', 'local'] as const) {
      const templates = synthesise(stage, { folder: stageLike(stage, SETTING) });
      const aliases = resourcesOfType(templates, 'AWS::Lambda::Alias');
      expect(aliases.map(({ properties }) => properties)).toMatchObject([
        {
          Name: 'started',
          ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 },
          FunctionVersion: { 'Fn::GetAtt': [expect.stringMatching(/Version/), 'Version'] },
        },
      ]);
      const [alias] = aliases;
      const entries =
        stage === 'local'
          ? resourcesOfType(templates, 'AWS::Lambda::Url').filter(({ properties }) => properties.Qualifier)
          : resourcesOfType(templates, 'AWS::ApiGatewayV2::Integration').filter(({ properties }) =>
              JSON.stringify(properties.IntegrationUri).includes(alias!.logicalId),
            );
      expect(entries).toHaveLength(1);
    }
    expect(resourcesOfType(templatesOf('dev'), 'AWS::Lambda::Alias')).toEqual([]);
  });
});
