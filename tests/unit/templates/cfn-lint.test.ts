import { describe, expect, it } from 'vitest';
import { EXCEPTED, type Finding, type Planted, problemsOf } from '#tests/harness/cfn-lint/findings.ts';

const planted: Planted = { file: 'planted.json', rule: 'E1020' };
const finding = (Filename: string, Id: string, Message = 'a message'): Finding => ({
  Filename,
  Level: 'Error',
  Message,
  Rule: { Id },
  Location: { Path: ['Resources', 'Queue'] },
});
const foundAsPlanted = finding(planted.file, planted.rule);

describe('the check of templates with cfn-lint', () => {
  it('passes where nothing is found but the planted fault and what is excepted', () => {
    const excepted = Object.keys(EXCEPTED).map((rule) => finding('data.json', rule));
    expect(problemsOf([foundAsPlanted, ...excepted], planted)).toEqual([]);
    expect(problemsOf([foundAsPlanted], planted, [])).toEqual([]);
  });

  it('fails on a fault, and says where and what', () => {
    const problems = problemsOf([foundAsPlanted, finding('data.json', 'E1020', 'No such queue')], planted, []);
    expect(problems).toEqual(['data.json at Resources/Queue: Error E1020: No such queue']);
  });

  it('fails where the planted fault is not found, or only by another rule or elsewhere: a linter that reads nothing', () => {
    for (const findings of [[], [finding(planted.file, 'W0001')]]) {
      expect(problemsOf(findings, planted, [])).toEqual([expect.stringContaining('the check does not work')]);
    }
    expect(problemsOf([finding('data.json', planted.rule)], planted, [])).toHaveLength(2);
  });

  it('fails on an exception that nothing needs any more', () => {
    expect(problemsOf([foundAsPlanted], planted, ['W3005'])).toEqual([
      expect.stringContaining('W3005 is not found any more'),
    ]);
  });
});
