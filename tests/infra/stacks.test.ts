import { describe, expect, it } from 'vitest';
import { parameterName, STAGE_PARAMETERS } from '#core/contract/stage-parameters.ts';
import { allResources, resourcesOfType, type Template } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, stacksOf, synthesise, templatesOf } from './stages.ts';

describe.each(STAGE_NAMES)('stacks of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const stacks = Object.entries(templates);

  it('are four, called after the stage', () => {
    expect(Object.keys(templates).sort()).toEqual([
      `tributary-${stage}-activation`,
      `tributary-${stage}-compute`,
      `tributary-${stage}-data`,
      `tributary-${stage}-lanes`,
    ]);
  });

  it('publish every handle once, in SSM', () => {
    const names = resourcesOfType(templates, 'AWS::SSM::Parameter').map(({ properties }) => properties.Name);
    expect(names.sort()).toEqual(STAGE_PARAMETERS.map((handle) => parameterName(stage, handle)).sort());
  });

  it('publish every handle as an output that says what it is', () => {
    const described = stacks.flatMap(([, template]) =>
      Object.values(template.Outputs ?? {}).filter((output) => 'Description' in output),
    );
    const ofTheLake = stage === 'local' ? [] : ['LakeTable', 'LakeWorkGroup'];
    expect(described).toHaveLength(STAGE_PARAMETERS.length + ofTheLake.length);
    const names = stacks.flatMap(([, template]) => Object.keys(template.Outputs ?? {}));
    expect(names).toEqual(expect.arrayContaining(ofTheLake));
  });

  it('tag what can be tagged', () => {
    const tagged = allResources(templates).filter(({ properties }) => Array.isArray(properties.Tags));
    expect(tagged.length).toBeGreaterThan(40);
    for (const { properties } of tagged) {
      expect(properties.Tags).toEqual(
        expect.arrayContaining([
          { Key: 'project', Value: 'tributary' },
          { Key: 'stage', Value: stage },
        ]),
      );
    }
  });

  it('stay below the 500 resources of a stack, with room for more connections', () => {
    for (const [, template] of stacks) expect(Object.keys(template.Resources).length).toBeLessThan(470);
  });
});

describe('deleting stacks', () => {
  it('has to be allowed first in production, and in no other stage', () => {
    for (const stage of STAGE_NAMES) {
      for (const { terminationProtection } of stacksOf(stage)) {
        expect(terminationProtection).toBe(stage === 'prod');
      }
    }
  });
});

describe('stage local', () => {
  it('has nothing that emulators cannot create', () => {
    const types = new Set(allResources(templatesOf('local')).map(({ type }) => type));
    expect(types.size).toBeGreaterThan(15);
    expect(
      [...types].filter((type) =>
        /Dashboard|CompositeAlarm|AnomalyDetector|Scheduler|NamedQuery|QueryDefinition|Custom/.test(type),
      ),
    ).toEqual([]);
    for (const { properties } of resourcesOfType(templatesOf('local'), 'AWS::CloudWatch::Alarm')) {
      expect(properties).not.toHaveProperty('Metrics');
    }
  });
});

describe('a synthesised stage', () => {
  it('is the same every time', () => {
    expect(synthesise('prod')).toEqual(templatesOf('prod'));
  });

  /** What changes with the code of a function or the version of the CDK and says nothing about the stack. */
  const withoutHashes = (template: Template): unknown =>
    JSON.parse(
      JSON.stringify(template, (key, value) =>
        key === 'Metadata' || key === 'Architectures' ? undefined : value,
      ).replaceAll(/[0-9a-f]{64}/g, '<hash>'),
    );

  it.each(STAGE_NAMES.flatMap((stage) => ['data', 'activation', 'compute'].map((part) => [stage, part] as const)))(
    'of stage %s has the %s stack that was agreed on',
    (stage, part) => {
      expect(withoutHashes(templatesOf(stage)[`tributary-${stage}-${part}`]!)).toMatchSnapshot();
    },
  );
});
