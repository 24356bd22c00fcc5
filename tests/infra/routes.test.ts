import { describe, expect, it } from 'vitest';
import { HOSTS, type Host, ROUTES, type Route } from '#core/contract/routes.ts';
import { follow, identityOf, render, resourcesOfType, type Templates } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

const TABLE: readonly Route[] = Object.values(ROUTES);

/** Every request that the table lets in, as `function: METHOD path`. */
const wantedOf = (host: Host): string[] =>
  TABLE.filter((route) => route.host === host)
    .flatMap(({ function: name, methods, paths, authorization }) =>
      methods.flatMap((method) => paths.map((path) => `${name}: ${method} ${path} ${authorization}`)),
    )
    .sort();

/** Functions by what CloudFormation calls them. */
function namesOf(templates: Templates): ReadonlyMap<string, string> {
  const handle = resourcesOfType(templates, 'AWS::SSM::Parameter').find(({ properties }) =>
    String(properties.Name).endsWith('/functions'),
  )!;
  const labels = JSON.parse(render(templates, handle.stack, handle.properties.Value)) as Record<string, string>;
  return new Map(Object.entries(labels).map(([label, identity]) => [identity, label]));
}

describe.each(['dev', 'prod'] as const)('routes of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const names = namesOf(templates);
  const routes = resourcesOfType(templates, 'AWS::ApiGatewayV2::Route').map((route) => {
    const { ApiId, RouteKey, Target, AuthorizationType } = route.properties;
    const [, integration] = JSON.stringify(Target).match(/"Ref":"(\w+)"/)!;
    const made = resourcesOfType(templates, 'AWS::ApiGatewayV2::Integration').find(
      ({ stack, logicalId }) => stack === route.stack && logicalId === integration,
    )!;
    const leadsTo = names.get(identityOf(follow(templates, made.stack, made.properties.IntegrationUri)));
    const authorization = AuthorizationType === 'AWS_IAM' ? 'iam' : 'by-function';
    const api = follow(templates, route.stack, ApiId);
    return {
      host: String(api.properties.Description).match(/: (\w+) host$/)![1],
      text: `${leadsTo}: ${RouteKey} ${authorization}`,
    };
  });

  it.each(HOSTS)('of the %s host are those of the table, and no others', (host) => {
    const found = routes.filter((route) => route.host === host).map(({ text }) => text);
    expect(found.sort()).toEqual(wantedOf(host));
  });

  it('that browsers may reach are those of records, of the edge, and of calls that their callers sign', () => {
    const paths = TABLE.filter(({ host }) => host === 'edge').flatMap((route) => route.paths);
    expect(paths.every((path) => /^\/(ee|collection|texts)\//.test(path))).toBe(true);
    expect(new Set(routes.map(({ host }) => host))).toEqual(new Set(HOSTS));
  });
});

describe.each(STAGE_NAMES.filter((name) => name === 'local'))('URLs of functions of stage %s', (stage) => {
  it('are one for each function of the table, signed for where the table says so', () => {
    const templates = templatesOf(stage);
    const names = namesOf(templates);
    const urls = resourcesOfType(templates, 'AWS::Lambda::Url').map(({ stack, properties }) => [
      names.get(identityOf(follow(templates, stack, properties.TargetFunctionArn))),
      properties.AuthType === 'AWS_IAM' ? 'iam' : 'by-function',
    ]);
    // A function that also takes tokens has a URL that asks for no signature.
    const isSigned = (name: string): boolean =>
      TABLE.filter((route) => route.function === name).every((route) => route.authorization === 'iam');
    const wanted = [...new Set(TABLE.map((route) => route.function))];
    expect(urls.sort()).toEqual(wanted.map((name) => [name, isSigned(name) ? 'iam' : 'by-function']).sort());
  });
});
