import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { selectStage, stageNames } from '#lib/config/select.ts';

const RECIPIENT = 'operations@example.com';
const folder = mkdtempSync(join(tmpdir(), 'tributary-stages-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LEAST = 'removal: destroy\ndeletionProtection: false\n';
const PROTECTED = 'removal: retain\ndeletionProtection: true\n';
const write = (stage: string, text: string): void => writeFileSync(join(folder, `${stage}.yaml`), text);
const select = (context: Record<string, unknown>) => selectStage((key) => context[key], folder);
/** The stage of a file with this text, under what the command line says. */
function read(text: string, context: Record<string, unknown> = {}) {
  write('qa', text);
  return select({ stage: 'qa', ...context });
}
const problemsOf = (text: string, context: Record<string, unknown> = {}): string[] => {
  try {
    read(text, context);
  } catch (error) {
    return (error as Error).message.split('\n').slice(1, -1);
  }
  return [];
};

describe('choosing a stage', () => {
  it('needs one to be named, and says in one line which there are', () => {
    write('qa', LEAST);
    write('live', LEAST);
    expect(() => select({})).toThrow(/^No stage was given\. Choose one with -c stage=live\|qa, [^\n]+$/);
    expect(() => select({ stage: 'production' })).toThrow(/^There is no stage "production"\. [^\n]+live\|qa[^\n]+$/);
    for (const stage of ['toString', '../stages/qa', 'qa.yaml', ''])
      expect(() => select({ stage })).toThrow(/^There is no stage /);
    rmSync(join(folder, 'live.yaml'));
  });

  it('takes any name that stacks can be called after', () => {
    write('eu-2', LEAST);
    expect(select({ stage: 'eu-2' }).stage).toBe('eu-2');
    for (const stage of ['QA', '2nd', 'q_a', 'a'.repeat(25)]) {
      write(stage, LEAST);
      expect(() => select({ stage })).toThrow(/at most 24 lower-case letters, digits and hyphens/);
      rmSync(join(folder, `${stage}.yaml`));
    }
  });

  it('needs neither account nor region', () => {
    expect(read(LEAST)).not.toHaveProperty('account');
    const place = { account: '123456789012', region: 'eu-central-1' };
    expect(read(LEAST, place)).toMatchObject(place);
    expect(read(`${LEAST}account: '123456789012'\nregion: eu-central-1\n`)).toMatchObject(place);
    expect(problemsOf(LEAST, { account: '42' })).toEqual([
      '  -c account=…  account is "42"; expected the 12 digits of an AWS account, in quotation marks',
    ]);
  });
});

describe('the file of a stage', () => {
  it('says with two settings all that has no default', () => {
    expect(read(LEAST)).toMatchObject({ stage: 'qa', destinations: [], logRetentionDays: 14, gatherSeconds: 60 });
    expect(problemsOf('')).toEqual([
      '  stages/qa.yaml:1:1  removal is missing; expected one of retain, destroy',
      '  stages/qa.yaml:1:1  deletionProtection is missing; expected true or false',
    ]);
  });

  it('sets a function in part, and leaves it the rest', () => {
    const { functions } = read(`${LEAST}functions:\n  evaluate: { memoryMb: 2048, reservedConcurrency: 50 }\n`);
    expect(functions.evaluate).toEqual({ memoryMb: 2048, timeoutSeconds: 60, reservedConcurrency: 50 });
    expect(functions.route).toEqual({ memoryMb: 512, timeoutSeconds: 60 });
  });

  it('is rejected with the line and column of everything that is wrong, what was expected, and where to look', () => {
    const text = [
      'removal: keep',
      'deletionProtection: "yes"',
      'logRetentionDays: 15',
      'colour: blue',
      'http:',
      '  endpoint: carrier-pigeon',
      'functions:',
      '  evaluate: { memoryMb: 64 }',
      '  evalute: {}',
      'tags: { "aws:x": 1, stage: live }',
      'alarmEmails: [nobody]',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      '  stages/qa.yaml:1:10  removal is "keep"; expected one of retain, destroy',
      '  stages/qa.yaml:2:21  deletionProtection is "yes"; expected true or false',
      '  stages/qa.yaml:10:9  tags.aws:x: expected at most 128 letters, digits, spaces or _.:/=+@-, not "aws:…"',
      '  stages/qa.yaml:10:21  tags.stage: expected another name: every resource has project and stage anyway',
      '  stages/qa.yaml:11:15  alarmEmails.0 is "nobody"; expected an e-mail address',
      '  stages/qa.yaml:3:19  logRetentionDays is 15; expected one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 731',
      '  stages/qa.yaml:6:13  http.endpoint is "carrier-pigeon"; expected one of api, function-urls',
      '  stages/qa.yaml:8:25  functions.evaluate.memoryMb is 64; expected at least 128',
      '  stages/qa.yaml:9:3  there is no setting "functions.evalute"',
      '  stages/qa.yaml:4:1  there is no setting "colour"',
    ]);
    expect(() => read(text)).toThrow(/All settings are described in docs\/operations\/stages\.md\.$/);
  });

  it('is rejected where it is no YAML, or no settings', () => {
    expect(problemsOf('removal: destroy\nremoval: retain\n')).toEqual([
      '  stages/qa.yaml:2:1  not valid YAML: Map keys must be unique',
    ]);
    expect(problemsOf('removal: [')).toEqual([
      expect.stringMatching(/^ {2}stages\/qa\.yaml:1:\d+ {2}not valid YAML: /),
    ]);
    expect(problemsOf('- a\n')).toEqual([expect.stringContaining('stages/qa.yaml:1:1  expected settings')]);
  });
});

describe('destinations', () => {
  it('of the command line go before those of the file, as text or as a list', () => {
    const own = `${LEAST}destinations: [{ id: webhook, type: http }]\n`;
    const destinations = [{ id: 'crm', type: 'http', maxConcurrency: 3 }];
    expect(read(own).destinations).toEqual([{ id: 'webhook', type: 'http', maxConcurrency: 5 }]);
    expect(read(own, { destinations }).destinations).toEqual(destinations);
    expect(read(own, { destinations: JSON.stringify(destinations) }).destinations).toEqual(destinations);
    expect(read(own, { destinations: '[]' }).destinations).toEqual([]);
    expect(() => read(own, { destinations: '[{' })).toThrow('-c destinations=… is not JSON');
  });

  it('are rejected with the place and the reason', () => {
    const wrong = (...lines: string[]) =>
      problemsOf(`${LEAST}destinations:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
    expect(wrong('{ id: A B, type: http }')).toEqual([
      expect.stringMatching(/qa\.yaml:4:11 .* expected lower-case letters/),
    ]);
    expect(wrong('{ id: a, type: ftp }')).toEqual([
      expect.stringMatching(/qa\.yaml:4:20 .*expected one of http, s3-file, aam/),
    ]);
    expect(wrong('{ id: a, type: http, speed: 1 }')).toEqual([
      expect.stringMatching(/qa\.yaml:4:26 .*"destinations\.0\.speed"/),
    ]);
    expect(wrong('{ id: a, type: http }', '{ id: a, type: aam }')).toEqual([
      expect.stringMatching(/qa\.yaml:5:11 .*"a" is used twice/),
    ]);
    const many = Array.from({ length: 11 }, (_, index) => `{ id: a${index}, type: aam }`);
    expect(wrong(...many)).toEqual([expect.stringContaining('22 delivery lanes; one stage holds at most 20')]);
  });
});

describe('a protected stage', () => {
  it('is not synthesised while nobody is told about its alarms, and says what to write where', () => {
    const [problem, ...others] = problemsOf(PROTECTED);
    expect(others).toEqual([]);
    expect(problem).toMatch(/stages\/qa\.yaml:1:1 {2}alarmEmails: a stage with deletionProtection needs somebody/);
    expect(problem).toContain('write "alarmEmails: [operations@example.com]" or an alarmTopicArn into its file');
    expect(problem).toContain('-c alarmEmails=operations@example.com');
    expect(read(PROTECTED, { alarmEmails: `${RECIPIENT}, b@example.com` }).alarmEmails).toEqual([
      RECIPIENT,
      'b@example.com',
    ]);
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:123456789012:operations';
    expect(read(PROTECTED, { alarmTopicArn })).toMatchObject({ alarmTopicArn });
    expect(problemsOf(PROTECTED, { alarmTopicArn, alarmEmails: RECIPIENT })).toEqual([
      expect.stringContaining('-c alarmTopicArn=…  alarmTopicArn: not together with alarmEmails'),
    ]);
    expect(read(LEAST).alarmEmails).toBeUndefined();
  });

  it('never destroys its data, nor lets destinations lie at private addresses, whatever it is called', () => {
    const wrong = (text: string) => problemsOf(text, { alarmEmails: RECIPIENT });
    expect(wrong('removal: destroy\ndeletionProtection: true\n')).toEqual([
      expect.stringContaining('stages/qa.yaml:1:10  removal: a stage with deletionProtection keeps its data'),
    ]);
    expect(wrong(`${PROTECTED}emptyBuckets: true\n`)).toEqual([
      expect.stringContaining('stages/qa.yaml:3:15  emptyBuckets: only together with "removal: destroy"'),
    ]);
    expect(wrong(`${PROTECTED}allowPrivateEndpoints: true\n`)).toEqual([
      expect.stringContaining('stages/qa.yaml:3:24  allowPrivateEndpoints: not in a stage with deletionProtection'),
    ]);
  });
});

describe('the address of the runbook', () => {
  it('is one of the web, without the heading', () => {
    const runbookUrl = 'https://git.example.com/tributary/docs/runbook.md';
    expect(read(LEAST, { runbookUrl }).runbookUrl).toBe(runbookUrl);
    for (const wrong of ['docs/runbook.md', 'http://git.example.com/runbook', `${runbookUrl}#alarms`]) {
      expect(problemsOf(LEAST, { runbookUrl: wrong })).toEqual([
        expect.stringMatching(/-c runbookUrl=… .*expected an address/),
      ]);
    }
  });
});

describe('the stages of this checkout', () => {
  it('can all be chosen, by somebody who is told about alarms', () => {
    const names = stageNames();
    expect(names).toContain('local');
    for (const stage of names) {
      const context: Record<string, unknown> = { stage };
      const chosen = (): object => selectStage((key) => context[key]);
      try {
        expect(chosen()).toMatchObject({ stage });
      } catch (error) {
        // One that is protected may leave it to the command line who is told.
        expect((error as Error).message).toContain('-c alarmEmails=');
        context.alarmEmails = RECIPIENT;
        expect(chosen()).toMatchObject({ stage });
      }
    }
  });
});

describe('hosts and callers of a stage', () => {
  const acl = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1';
  const certificate = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/1`;

  it('have nothing in front of them, one organisation and nobody signed in, where nothing is said', () => {
    expect(read(LEAST)).toMatchObject({
      hosts: { edge: { distribution: false }, management: { distribution: false } },
      orgId: 'tributary',
      signIn: [],
      auditDays: 400,
    });
  });

  it.each([
    [`{ webAclArn: "${acl}" }`, 'a web ACL needs "distribution: true"'],
    ['{ domainName: api.example.com }', 'a domainName and the certificateArn for it go together'],
    [
      `{ distribution: true, domainName: api.example.com, certificateArn: "${certificate('eu-central-1')}" }`,
      'has to be in us-east-1',
    ],
    ['{ domainName: "https://api.example.com" }', 'a domain name such as data.example.com'],
    [
      '{ webAclArn: "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/1" }',
      'the ARN of a web ACL for CloudFront',
    ],
  ])('are rejected where they do not fit together: %s', (management, expected) => {
    expect(problemsOf(`${LEAST}hosts: { management: ${management} }\n`).join()).toContain(expected);
  });

  it('need an HTTP API to stand in front of', () => {
    const text = `${LEAST}http: { endpoint: function-urls }\nhosts: { edge: { distribution: true } }\n`;
    expect(problemsOf(text).join()).toContain('only with "http: { endpoint: api }"');
  });

  it('may be signed in by issuers at https addresses, with groups that have scopes', () => {
    const signIn = (issuer: string, scopes: string) =>
      `alarmEmails: [a@example.com]\nsignIn: [{ issuer: "${issuer}", audience: tributary, groups: { analysts: [${scopes}] } }]\n`;
    expect(read(PROTECTED + signIn('https://login.example.com', '"profile:read", "ingest:*"')).signIn).toMatchObject([
      { groupsClaim: 'groups', groups: { analysts: ['profile:read', 'ingest:*'] } },
    ]);
    expect(problemsOf(PROTECTED + signIn('http://login.example.com', 'operate')).join()).toContain('https addresses');
    expect(problemsOf(PROTECTED + signIn('https://login.example.com', 'everything')).join()).toContain(
      'a scope such as',
    );
    const many = `"profile:read:${'x'.repeat(120)}",`.repeat(20);
    expect(problemsOf(PROTECTED + signIn('https://login.example.com', many)).join()).toContain(
      'at most 2500 characters',
    );
  });
});
