import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ROUTES, type Route } from '#core/contract/routes.ts';
import { addChecks } from '#lib/checks.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { HttpEndpoint } from '#lib/constructs/http-endpoint.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import { follow, render, resourcesOfType } from '#tests/harness/poller/template.ts';
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

  it('shows profiles, on one host, to nobody but those whom IAM lets call; on the other the function asks for a token', () => {
    const routes = resourcesOfType(templates, 'AWS::ApiGatewayV2::Route').filter(({ properties }) =>
      String(properties.RouteKey).endsWith('/access/entities'),
    );
    const found = routes.map(({ stack, properties }) => {
      const [, host] = String(follow(templates, stack, properties.ApiId).properties.Description).match(
        /: (\w+) host$/,
      )!;
      return `${host} ${properties.AuthorizationType} ${properties.RouteKey}`;
    });
    const paths = ['/data/core/ups/access/entities', '/ups/access/entities'];
    const wanted = paths.flatMap((path) => [
      `management NONE ANY ${path}`,
      `signed AWS_IAM GET ${path}`,
      `signed AWS_IAM POST ${path}`,
    ]);
    expect(found.sort()).toEqual(wanted.sort());
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

describe('a route', () => {
  it.each([undefined, 'everything', '__proto__'])('with the scope %s does not synthesise', (scope) => {
    const config = { http: { endpoint: 'function-urls' } } as StageConfig;
    const alarms = new Alarms(config, undefined);
    const endpoint = new HttpEndpoint(new Stack(new App(), 'Test'), 'Host', { config, alarms, host: 'edge' });
    const route = { ...ROUTES.edge, scope } as unknown as Route;
    const target = { label: 'edge' } as TributaryFunction;
    expect(() => endpoint.add({ target, route })).toThrow('The route of "edge" has no scope: say what a caller needs');
  });
});

describe('a host with a distribution in front', () => {
  const ACL = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/tributary/0123';
  const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0123';
  const folder = stageLike(
    'dev',
    `hosts:
  edge: { distribution: true, webAclArn: "${ACL}", domainName: data.example.com, certificateArn: "${CERTIFICATE}" }
  management: { domainName: api.example.com, certificateArn: "${CERTIFICATE}" }
`,
  );
  const templates = synthesise('dev', { folder });
  const only = (type: string) => {
    const found = resourcesOfType(templates, type);
    expect(found, type).toHaveLength(1);
    return found[0]!;
  };

  it('has the web ACL and the name that the stage says, keeps no answer, and speaks TLS only', () => {
    const { DistributionConfig: config } = only('AWS::CloudFront::Distribution').properties as {
      DistributionConfig: Record<string, unknown>;
    };
    expect(config).toMatchObject({
      WebACLId: ACL,
      Aliases: ['data.example.com'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
      DefaultCacheBehavior: {
        ViewerProtocolPolicy: 'https-only',
        // Managed policies: no caching; everything of the request but its host.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      },
    });
  });

  it('turns away whoever goes past it, on each of its routes', () => {
    const routes = resourcesOfType(templates, 'AWS::ApiGatewayV2::Route').map(({ stack, properties }) => ({
      host: String(follow(templates, stack, properties.ApiId).properties.Description).match(/: (\w+) host$/)![1],
      type: properties.AuthorizationType,
    }));
    const ofEdge = routes.filter(({ host }) => host === 'edge');
    expect(ofEdge.length).toBeGreaterThan(3);
    for (const { type } of ofEdge) expect(type).toBe('CUSTOM');
    for (const { type } of routes.filter(({ host }) => host === 'management')) expect(type).toBe('NONE');
    expect(only('AWS::ApiGatewayV2::Authorizer').properties).toMatchObject({
      IdentitySource: ['$request.header.x-origin-verify'],
      EnableSimpleResponses: true,
    });
  });

  it('tells its secret to nobody but the distribution and the function that asks for it', () => {
    const [origin] = (
      only('AWS::CloudFront::Distribution').properties as {
        DistributionConfig: { Origins: { OriginCustomHeaders: { HeaderName: string; HeaderValue: unknown }[] }[] };
      }
    ).DistributionConfig.Origins;
    const header = origin!.OriginCustomHeaders.find(({ HeaderName }) => HeaderName === 'x-origin-verify')!;
    expect(JSON.stringify(header.HeaderValue)).toContain('{{resolve:secretsmanager:');
  });

  it('that has a name only is a domain of its own', () => {
    expect(only('AWS::ApiGatewayV2::DomainName').properties).toMatchObject({ DomainName: 'api.example.com' });
    const value = (parameter: string): string => {
      const found = resourcesOfType(templates, 'AWS::SSM::Parameter').find(({ properties }) =>
        String(properties.Name).endsWith(`/${parameter}`),
      )!;
      return render(templates, found.stack, found.properties.Value);
    };
    expect(value('edge-url')).toBe('https://data.example.com');
    expect(value('token-url')).toBe('https://api.example.com');
    expect(value('access-url')).toContain('SignedHostApi');
  });

  it('passes the rules of cdk-nag', () => {
    expect(() => synthesise('dev', { folder, validate: true, extend: addChecks })).not.toThrow();
  });
});
