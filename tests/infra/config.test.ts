import { describe, expect, it } from 'vitest';
import { stageConfigSchema } from '#lib/config/schema.ts';
import { selectStage } from '#lib/config/select.ts';
import { STAGES } from '#lib/config/stages.ts';

const RECIPIENT = 'operations@example.com';
const select = (context: Record<string, unknown>) => selectStage((key) => context[key]);

describe('choosing a stage', () => {
  it('needs one to be named, and says which there are', () => {
    expect(() => select({})).toThrow('No stage was given. Choose one with -c stage=dev|prod|local');
    expect(() => select({ stage: 'production' })).toThrow('There is no stage "production"');
    expect(() => select({ stage: 'toString' })).toThrow('There is no stage "toString"');
  });

  it('needs neither account nor region', () => {
    expect(select({ stage: 'prod', alarmEmail: RECIPIENT })).not.toHaveProperty('account');
    expect(
      select({ stage: 'prod', alarmEmail: RECIPIENT, account: '123456789012', region: 'eu-central-1' }),
    ).toMatchObject({
      account: '123456789012',
      region: 'eu-central-1',
    });
    expect(() => select({ stage: 'dev', account: '42' })).toThrow('account: expected the 12 digits');
  });

  it.each(Object.keys(STAGES))('has the three kinds of destinations in stage %s', (stage) => {
    expect(select({ stage, alarmEmail: RECIPIENT }).destinations.map(({ type }) => type)).toEqual([
      'http',
      's3-file',
      'aam',
    ]);
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

describe('a protected stage', () => {
  const needsSomebody = /alarmEmail: a stage with deletionProtection needs somebody who is told about its alarms/;

  it('is not synthesised while nobody is told about its alarms, and says what to write where', () => {
    expect(() => select({ stage: 'prod' })).toThrow(needsSomebody);
    expect(() => select({ stage: 'prod' })).toThrow(/into "prod" of lib\/config\/stages\.ts/);
    expect(() => select({ stage: 'prod' })).toThrow(/-c alarmEmail=operations@example\.com/);
    expect(() => select({ stage: 'prod', alarmEmail: 'nobody' })).toThrow(/alarmEmail: Invalid email/);
    expect(select({ stage: 'prod', alarmEmail: RECIPIENT }).alarmEmail).toBe(RECIPIENT);
  });

  it('is any that is protected, whatever its name; others do without', () => {
    expect(stageConfigSchema.safeParse({ ...STAGES.dev, deletionProtection: true }).error?.issues).toMatchObject([
      { path: ['alarmEmail'] },
    ]);
    for (const stage of ['dev', 'local']) expect(select({ stage }).alarmEmail).toBeUndefined();
  });
});

describe('the address of the runbook', () => {
  it('is one of the web, without the heading', () => {
    const runbookUrl = 'https://git.example.com/tributary/docs/runbook.md';
    expect(select({ stage: 'dev', runbookUrl }).runbookUrl).toBe(runbookUrl);
    for (const wrong of ['docs/runbook.md', 'http://git.example.com/runbook', `${runbookUrl}#alarms`]) {
      expect(() => select({ stage: 'dev', runbookUrl: wrong })).toThrow(/runbookUrl: expected/);
    }
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
