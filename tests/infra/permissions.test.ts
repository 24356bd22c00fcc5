import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACTIONS as ACTIONS_OF_CALLS, SERVICES } from '#tests/harness/aws-calls/actions.ts';
import { identityOf, type Resource, render, resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
}

/** Actions that have no resource to name. */
const ON_EVERYTHING = [
  'dynamodb:ListStreams',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
  // Whoever gives destinations their lanes: a condition names the functions (tests/infra/lanes.test.ts).
  'lambda:ListEventSourceMappings',
  'lambda:UpdateEventSourceMapping',
  'secretsmanager:ListSecrets',
];
/** Actions on the objects of a bucket, whose keys are made while the function runs. */
const ON_OBJECTS = [
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:PutObject',
];

/** Of a role as a whole it matters too that versions of objects can be read, and what a transaction may hold. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  ...ACTIONS_OF_CALLS,
  TransactWriteItems: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  GetObject: ['s3:GetObject', 's3:GetObjectVersion'],
  HeadObject: ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'],
  HeadBucket: ['s3:ListBucket'],
};

/** The actions that the code of the functions needs, read from what it imports of the AWS SDK. */
function neededActions(): Set<string> {
  const root = join(import.meta.dirname, '..', '..', 'lambdas');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const needed = new Set<string>();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, names, from] of text.matchAll(/import (?:type )?\{([^}]*)\} from '(@aws-sdk\/[\w-]+)'/g)) {
      for (const [, command, paginated] of names!.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g)) {
        const call = command ?? paginated!;
        const service = SERVICES[from!];
        if (service === undefined) throw new Error(`${file} uses ${from}, whose actions this test does not know`);
        for (const action of ACTIONS[call] ?? [`${service}:${call}`]) needed.add(action);
      }
    }
  }
  return needed;
}

const asList = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

describe.each(STAGE_NAMES)('permissions in stage %s', (stage) => {
  const templates = templatesOf(stage);
  const policies = resourcesOfType(templates, 'AWS::IAM::Policy');
  const statementsOf = (policy: Resource): { actions: string[]; resources: string[] }[] => {
    const { Statement } = policy.properties.PolicyDocument as { Statement: Statement[] };
    return Statement.filter(({ Effect }) => Effect === 'Allow').map(({ Action, Resource }) => ({
      actions: asList(Action),
      resources: asList(Resource).map((resource) => render(templates, policy.stack, resource)),
    }));
  };
  const statements = policies.flatMap(statementsOf);
  /** What the functions of a construct may do, by its logical id's beginning. */
  const grantsOf = (construct: string): { actions: string[]; resources: string[] }[] => {
    const own = policies.filter(({ logicalId }) => logicalId.startsWith(`${construct}Role`));
    expect(own, construct).toHaveLength(1);
    return own.flatMap(statementsOf);
  };
  const allowed = (construct: string, action: string): string[] =>
    grantsOf(construct).flatMap(({ actions, resources }) => (actions.includes(action) ? resources : []));

  it('name every action', () => {
    expect(statements.length).toBeGreaterThan(50);
    for (const { actions } of statements) for (const action of actions) expect(action).not.toContain('*');
  });

  it('name every resource but the few that have no name', () => {
    const wild = statements.filter(({ resources }) => resources.some((resource) => resource.includes('*')));
    expect(wild.length).toBeGreaterThan(0);
    for (const { actions, resources } of wild) {
      // Queues and secrets of the pool have names of their own, since the catalog gives them out.
      if (
        resources.every(
          (resource) =>
            !resource.includes('*') ||
            /^arn:aws:(sqs|secretsmanager):region:account:(secret:)?tributary[-/]/.test(resource),
        )
      ) {
        expect(actions.every((action) => /^(sqs:|secretsmanager:\w+$)/.test(action))).toBe(true);
        continue;
      }
      if (actions.includes('sts:AssumeRole')) {
        expect(resources).toEqual([expect.stringMatching(/:iam::\*:role\/tributary-\*$/)]);
        continue;
      }
      const everything = resources.includes('*');
      for (const action of actions) expect(everything ? ON_EVERYTHING : ON_OBJECTS).toContain(action);
      if (!everything)
        for (const resource of resources) expect(resource).toMatch(/^tributary-\w+-data\/\w+\/(pieces\/)?\*$/);
    }
  });

  it('come from no policy that AWS wrote, except for the functions of the CDK itself', () => {
    const roles = resourcesOfType(templates, 'AWS::IAM::Role').filter(
      ({ logicalId }) => !logicalId.startsWith('CustomS3AutoDeleteObjects'),
    );
    expect(roles.length).toBeGreaterThanOrEqual(12);
    for (const { properties } of roles) expect(properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('are those that the code of the functions asks for, and hardly more', () => {
    const granted = new Set(statements.flatMap(({ actions }) => actions));
    const needed = neededActions();
    expect(needed.size).toBeGreaterThan(8);
    expect([...needed].filter((action) => !granted.has(action))).toEqual([]);
    const OF_THE_SOURCES =
      /^(kinesis:|xray:|logs:|dynamodb:\w*(Stream|Records|ShardIterator)|sqs:(?!Send)|sqs:SendMessage$)/;
    const unasked = [...granted].filter((action) => !needed.has(action) && !OF_THE_SOURCES.test(action));
    expect(unasked.sort()).toEqual([]);
  });

  it('let nobody but the writers of profiles write profiles', () => {
    const profiles = resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable').find(({ logicalId }) =>
      logicalId.startsWith('Profiles'),
    )!;
    const writers = policies
      .filter((policy) =>
        statementsOf(policy).some(
          ({ actions, resources }) =>
            actions.includes('dynamodb:UpdateItem') && resources.includes(identityOf(profiles)),
        ),
      )
      .map(({ logicalId }) => logicalId.replace(/Role.*$/, ''));
    expect(writers.sort()).toEqual([
      'DeleteDatasetPart',
      'Erase',
      'ErasePerson',
      'EvaluatePart',
      'ExpirePart',
      'ProfileAccess',
      'RejectedRecords',
      'RevertBatch',
      'StitchChunk',
      'StitchStream',
    ]);
  });

  it('let only the functions that sign, sign in, or hash who is suppressed, read their secrets', () => {
    const readers = policies.filter((policy) =>
      statementsOf(policy).some(({ actions }) => actions.includes('secretsmanager:GetSecretValue')),
    );
    expect(readers.map(({ logicalId }) => logicalId.replace(/(?<!^)(Deliver|Role).*$/, '')).sort()).toEqual([
      'Deliver',
      'DestinationAccess',
      'Erase',
      'ErasePerson',
      'ExportFiles',
      'ProfileAccess',
      'RejectedRecords',
      'RevertBatch',
      'StitchChunk',
      'StitchStream',
      'TextCallback',
      'TextEvents',
      'Token',
      'ValidateChunk',
      'webhook',
    ]);
  });

  it('let whoever reads profiles write who did, and nobody read, change or delete that', () => {
    const audit = resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable').find(({ logicalId }) =>
      logicalId.startsWith('Audit'),
    )!;
    const grants = policies.flatMap((policy) =>
      statementsOf(policy)
        .filter(({ resources }) => resources.some((resource) => resource.startsWith(identityOf(audit))))
        .map(({ actions }) => `${policy.logicalId.replace(/Role.*$/, '')}: ${actions}`),
    );
    expect(grants).toEqual(['ProfileAccess: dynamodb:PutItem', 'RejectedRecords: dynamodb:PutItem']);
  });

  it('let who gives tokens read the clients and their key, and nothing else', () => {
    const own = grantsOf('Token').flatMap(({ actions }) => actions);
    expect(own.filter((action) => !/^(logs|xray):/.test(action)).sort()).toEqual([
      'dynamodb:GetItem',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
    const [policy] = policies.filter(({ logicalId }) => logicalId.startsWith('TokenRole'));
    expect(JSON.stringify(policy!.properties.PolicyDocument)).toContain('"dynamodb:LeadingKeys":["CALLERS#*"]');
  });

  it('let only who gives receipts take away items of profiles, and who makes copies of them those', () => {
    const copies = resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable').find(({ logicalId }) =>
      logicalId.startsWith('EdgeProfiles'),
    )!;
    const removersOf = (isCopies: boolean): string[] =>
      policies
        .filter((policy) =>
          statementsOf(policy).some(
            ({ actions, resources }) =>
              actions.includes('dynamodb:DeleteItem') &&
              resources.some((resource) => (resource === identityOf(copies)) === isCopies),
          ),
        )
        .map(({ logicalId }) => logicalId.replace(/Role.*$/, ''));
    expect(removersOf(false)).toEqual(['Erase']);
    expect(removersOf(true).sort()).toEqual(['Erase', 'EvaluatePart']);
  });

  it('let those who work on files delete nothing of the landing bucket but working copies', () => {
    for (const construct of ['Split', 'ValidateChunk', 'StitchChunk']) {
      expect(allowed(construct, 's3:DeleteObject').filter((resource) => !resource.endsWith('/pieces/*'))).toEqual([]);
      expect(allowed(construct, 's3:DeleteObject')).toHaveLength(1);
    }
  });

  it('let whoever reads uploaded files read the very version that was announced', () => {
    const landing = resourcesOfType(templates, 'AWS::S3::Bucket').find(({ logicalId }) =>
      logicalId.startsWith('Landing'),
    )!;
    for (const construct of ['Split', 'ValidateChunk', 'StitchChunk', 'RevertBatch', 'BatchApi']) {
      expect(allowed(construct, 's3:GetObjectVersion'), construct).toEqual([`${identityOf(landing)}/*`]);
    }
    expect(allowed('BatchApi', 's3:ListBucketVersions')).toEqual([identityOf(landing)]);
  });

  it('let the sweep read the index of what is due, and route send to every delivery lane', () => {
    expect(
      allowed('ReevaluateDue', 'dynamodb:Query').filter((resource) => resource.endsWith('/index/due')),
    ).toHaveLength(1);
    expect(allowed('Route', 'sqs:SendMessage')).toHaveLength(4 + 1 + 2);
  });
});
