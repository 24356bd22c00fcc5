import { describe, expect, it } from 'vitest';
import { stageConfigSchema } from '#lib/config/schema.ts';
import { selectStage } from '#lib/config/select.ts';
import { STAGES } from '#lib/config/stages.ts';

const select = (context: Record<string, unknown>) => selectStage((key) => context[key]);

describe('choosing a stage', () => {
  it('needs one to be named, and says which there are', () => {
    expect(() => select({})).toThrow('No stage was given. Choose one with -c stage=dev|prod|local');
    expect(() => select({ stage: 'production' })).toThrow('There is no stage "production"');
    expect(() => select({ stage: 'toString' })).toThrow('There is no stage "toString"');
  });

  it('needs neither account nor region', () => {
    expect(select({ stage: 'prod' })).not.toHaveProperty('account');
    expect(select({ stage: 'prod', account: '123456789012', region: 'eu-central-1' })).toMatchObject({
      account: '123456789012',
      region: 'eu-central-1',
    });
    expect(() => select({ stage: 'dev', account: '42' })).toThrow('account: expected the 12 digits');
  });

  it.each(Object.keys(STAGES))('has the three kinds of destinations in stage %s', (stage) => {
    expect(select({ stage }).destinations.map(({ type }) => type)).toEqual(['http', 's3-file', 'aam']);
  });
});

describe('destinations on the command line', () => {
  const choose = (destinations: unknown) => select({ stage: 'dev', destinations }).destinations;

  it('replace those of the stage, as text or as a list', () => {
    const destinations = [{ id: 'crm', type: 'http', maxConcurrency: 3 }];
    expect(choose(destinations)).toEqual(destinations);
    expect(choose(JSON.stringify(destinations))).toEqual(destinations);
    expect(choose('[]')).toEqual([]);
  });

  it('are rejected with the place and the reason', () => {
    expect(() => choose('[{')).toThrow('-c destinations=… is not JSON');
    expect(() => choose([{ id: 'A B', type: 'http' }])).toThrow(/destinations\.0\.id: expected lower-case letters/);
    expect(() => choose([{ id: 'a', type: 'ftp' }])).toThrow(/destinations\.0\.type/);
    expect(() => choose([{ id: 'a', type: 'http', speed: 1 }])).toThrow(/"speed"/);
    expect(() =>
      choose([
        { id: 'a', type: 'http' },
        { id: 'a', type: 'aam' },
      ]),
    ).toThrow('"a" is used twice');
    const many = Array.from({ length: 11 }, (_, index) => ({ id: `a${index}`, type: 'aam' }));
    expect(() => choose(many)).toThrow('22 delivery lanes; one stage holds at most 20');
  });
});

describe('a stage configuration', () => {
  it('never lets production destroy its data', () => {
    expect(stageConfigSchema.safeParse({ ...STAGES.prod, removal: 'destroy' }).success).toBe(false);
    expect(stageConfigSchema.safeParse({ ...STAGES.prod, emptyBuckets: true }).success).toBe(false);
    expect(STAGES.prod).toMatchObject({ removal: 'retain', deletionProtection: true, pointInTimeRecovery: true });
  });

  it('lets destinations lie at private addresses on a laptop only', () => {
    expect(stageConfigSchema.safeParse({ ...STAGES.dev, allowPrivateEndpoints: true }).success).toBe(false);
    expect(STAGES.local.allowPrivateEndpoints).toBe(true);
  });
});
