import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAssembly } from '#cli/local/assembly.ts';
import { deployLocal } from '#cli/local/deploy.ts';
import { activityOf, progressOf, reasonsOf } from '#cli/local/deploy-progress.ts';
import { type DeployRecord, isSameDeployment } from '#cli/local/deploy-record.ts';
import type { LocalAws } from '#cli/local/endpoint.ts';
import { localPaths } from '#cli/local/paths.ts';
import { hashSources } from '#cli/local/sources.ts';
import { writeState } from '#cli/local/state.ts';
import { listening, temporaryFolder } from './support.ts';

const record: DeployRecord = {
  sourcesHash: 'sources',
  assemblyHash: 'assembly',
  endpoint: 'http://127.0.0.1:4600',
  instance: 'this run',
  stacks: { 'tributary-local-data': 'arn:data' },
};
const place = { endpoint: record.endpoint, instance: record.instance };

describe('whether a deployment is the same as the last', () => {
  it('is decided by the sources, or by what was synthesised from them', () => {
    expect(isSameDeployment(record, { ...place, sourcesHash: 'sources' })).toBe(true);
    expect(isSameDeployment(record, { ...place, assemblyHash: 'assembly' })).toBe(true);
  });

  it.each([
    ['other sources', { ...place, sourcesHash: 'changed' }],
    ['another assembly', { ...place, assemblyHash: 'changed' }],
    ['another endpoint', { ...place, endpoint: 'http://127.0.0.1:4566', assemblyHash: 'assembly' }],
    ['another run of the emulator', { ...place, instance: 'restarted', assemblyHash: 'assembly' }],
  ])('says no to %s', (_, wanted) => {
    expect(isSameDeployment(record, wanted)).toBe(false);
  });

  it('is open when the sources are not known, on either side', () => {
    const { sourcesHash: _, ...unknown } = record;
    expect(isSameDeployment(unknown, { ...place, sourcesHash: undefined })).toBe(false);
    expect(isSameDeployment(record, { ...place, sourcesHash: undefined })).toBe(false);
  });
});

/** An assembly on disk with one stack and its assets; `change` says what differs. */
function assembly(change: { template?: string; asset?: string; tags?: object; tree?: string } = {}): string {
  const folder = temporaryFolder();
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  write('data.template.json', { Resources: change.template ?? 'one' });
  write('data.assets.json', { files: { [change.asset ?? 'hash-of-code']: {} } });
  write('tree.json', { tree: change.tree ?? '' });
  write('manifest.json', {
    version: '48.0.0',
    artifacts: {
      'data.assets': { type: 'cdk:asset-manifest', properties: { file: 'data.assets.json' } },
      data: {
        type: 'aws:cloudformation:stack',
        properties: { templateFile: 'data.template.json', stackName: 'tributary-local-data', tags: change.tags ?? {} },
      },
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
    },
  });
  return folder;
}

describe('the hash of a synthesised assembly', () => {
  it('names the stacks, and is the same for the same content', () => {
    const before = readAssembly(assembly());
    expect(before.stacks).toEqual(['tributary-local-data']);
    expect(readAssembly(assembly()).hash).toBe(before.hash);
  });

  it.each([
    ['a template', { template: 'two' }],
    ['the code of a function', { asset: 'hash-of-other-code' }],
    ['the tags of a stack', { tags: { owner: 'me' } }],
  ])('changes with %s', (_, change) => {
    expect(readAssembly(assembly(change)).hash).not.toBe(readAssembly(assembly()).hash);
  });

  it('does not change with what is not deployed', () => {
    expect(readAssembly(assembly({ tree: 'other' })).hash).toBe(readAssembly(assembly()).hash);
  });
});

/** A CDK app's folder as far as the hash of sources looks at it. */
function app(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'lib', 'stacks'), { recursive: true });
  writeFileSync(join(root, 'cdk.json'), JSON.stringify({ app: 'node app.ts', watch: { include: ['lib/**'] } }));
  writeFileSync(join(root, 'lib', 'stacks', 'data.ts'), 'export const shards = 1;');
  writeFileSync(join(root, 'README.md'), 'words');
  return root;
}

describe('the hash of the sources', () => {
  it('changes with a watched file, a new file, the settings of the CDK and the context', () => {
    const root = app();
    const seen = [hashSources(root, { stage: 'local' })];
    writeFileSync(join(root, 'lib', 'stacks', 'data.ts'), 'export const shards = 2;');
    seen.push(hashSources(root, { stage: 'local' }));
    writeFileSync(join(root, 'lib', 'more.ts'), '');
    seen.push(hashSources(root, { stage: 'local' }), hashSources(root, { stage: 'local', connections: '[]' }));
    writeFileSync(join(root, 'package-lock.json'), '{}');
    seen.push(hashSources(root, { stage: 'local' }));
    expect(seen).not.toContain(undefined);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('does not change with other files', () => {
    const root = app();
    const before = hashSources(root, {});
    writeFileSync(join(root, 'README.md'), 'other words');
    expect(hashSources(root, {})).toBe(before);
  });

  it('is not known when the app does not say what it is made of', () => {
    const root = app();
    writeFileSync(join(root, 'cdk.json'), JSON.stringify({ app: 'node app.ts' }));
    expect(hashSources(root, {})).toBeUndefined();
  });
});

describe('the output of cdk deploy', () => {
  it.each([
    [' ✅  tributary-local-data', { stack: 'tributary-local-data', state: 'deployed' }],
    [' ✅  tributary-local-data (no changes)', { stack: 'tributary-local-data', state: 'unchanged' }],
    ['❌  tributary-local-data failed: Error: x', { stack: 'tributary-local-data', state: 'failed' }],
    [
      '\u001b[31m❌  tributary-local-data failed to deploy\u001b[39m',
      { stack: 'tributary-local-data', state: 'failed' },
    ],
    ['tributary-local-data: deploying... [1/3]', undefined],
    ['✨  Deployment time: 2.31s', undefined],
  ])('%s', (line, expected) => {
    expect(progressOf(line)).toEqual(expected);
  });

  it.each([
    ['Bundling asset tributary-local-compute/Collect/Function/Code/Stage...', 'bundling Collect'],
    ['Bundling asset tributary-local-activation/webhook/Deliver/Function/Code/Stage...', 'bundling webhook/Deliver'],
    [
      'tributary-local-data | 12/58 | 9:15:38 PM | CREATE_COMPLETE | AWS::S3::Bucket | Lake',
      'tributary-local-data: 12 of 58 resources',
    ],
    // It counts events, of which some resources have more than one.
    ['CDKToolkit | 16/15 | 9:15:38 PM | CREATE_COMPLETE | AWS::IAM::Role | Role', 'CDKToolkit: 16 resources'],
    ['Successfully synthesized to cdk.out', undefined],
  ])('tells what it is at: %s', (line, expected) => {
    expect(activityOf(line)).toBe(expected);
  });

  it('is condensed to the first failures and its end', () => {
    const failure = (name: string) =>
      `data | 3/9 | 10:00:00 PM | CREATE_FAILED | AWS::SQS::Queue | ${name} no such key`;
    const lines = [failure('First'), ...Array.from({ length: 40 }, (_, n) => `line ${n}`), ''];
    expect(reasonsOf(lines, 2).split('\n')).toEqual([failure('First'), 'line 38', 'line 39']);
  });
});

describe('deploying again without a change', () => {
  const deployedBefore = async (root: string, stackId: string) => {
    const server = createServer((_, response) =>
      response.end(`<StackId>${stackId}</StackId><StackStatus>UPDATE_COMPLETE</StackStatus>`),
    );
    const endpoint = await listening(server);
    const aws = {
      kind: 'other',
      endpoint,
      instance: '',
      account: '000000000000',
      region: 'us-east-1',
      env: {},
    } as LocalAws & object;
    const sourcesHash = hashSources(root, { stage: 'local' });
    writeState(localPaths(root).deployRecord, { ...record, endpoint, instance: '', sourcesHash });
    writeState(localPaths(root).outputs, { 'tributary-local-data': { Stream: 'collection' } });
    return aws;
  };
  const log = (): void => {};

  it('runs no cdk at all and gives the outputs of the last time', async () => {
    const root = app(); // has no CDK installed: running one would fail
    const aws = await deployedBefore(root, 'arn:data');
    expect(await deployLocal({ root, aws, log, stage: 'local' })).toEqual({
      outputs: { 'tributary-local-data': { Stream: 'collection' } },
      skipped: true,
    });
  });

  it('does not trust a stack of the same name that is not the one deployed then', async () => {
    const root = app();
    const aws = await deployedBefore(root, 'arn:made-by-somebody-else');
    await expect(deployLocal({ root, aws, log, stage: 'local' })).rejects.toThrow('Failed at synthesising the stacks');
  });

  it('does not skip when the sources have changed', async () => {
    const root = app();
    const aws = await deployedBefore(root, 'arn:data');
    writeFileSync(join(root, 'lib', 'new.ts'), '');
    await expect(deployLocal({ root, aws, log, stage: 'local' })).rejects.toThrow('Failed at synthesising the stacks');
  });
});
