import { z } from 'zod';

/** What cfn-lint says with `--format json`, as far as it is read here. */
export const findingsSchema = z.array(
  z.object({
    Filename: z.string(),
    Level: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
  }),
);
export type Finding = z.output<typeof findingsSchema>[number];

/** What is found and stays, with the reason. Whatever is not found any more has to go from here. */
export const EXCEPTED: Readonly<Record<string, string>> = {
  W3005:
    'The CDK lets a function wait for its role as well as for the policies of it: one line too many in the template, and no other effect.',
  W6001:
    'Stage local, whose stacks refer to each other by exports: the handle of a queue of another stack is also an output.',
};

export interface Planted {
  /** The file of the template that a fault was put into, … */
  readonly file: string;
  /** … and the rule that has to find it. */
  readonly rule: string;
}

/**
 * What is wrong, one line each; none where all is well. A linter that reads nothing finds nothing, so the fault that was
 * planted has to be found, and every exception too.
 */
export function problemsOf(
  findings: readonly Finding[],
  planted: Planted,
  excepted: readonly string[] = Object.keys(EXCEPTED),
): string[] {
  const real = findings.filter(({ Filename }) => Filename !== planted.file);
  const rules = new Set(real.map(({ Rule }) => Rule.Id));
  const isFound = findings.some(({ Filename, Rule }) => Filename === planted.file && Rule.Id === planted.rule);
  return [
    ...(isFound
      ? []
      : [
          `The fault that was planted in ${planted.file} was not found by rule ${planted.rule}: the check does not work.`,
        ]),
    ...excepted
      .filter((rule) => !rules.has(rule))
      .map((rule) => `${rule} is not found any more: take it out of EXCEPTED in tests/harness/cfn-lint/findings.ts.`),
    ...real.filter(({ Rule }) => !excepted.includes(Rule.Id)).map(lineOf),
  ];
}

const lineOf = ({ Filename, Level, Message, Rule, Location }: Finding): string =>
  `${Filename} at ${(Location.Path ?? []).join('/') || 'its top'}: ${Level} ${Rule.Id}: ${Message}`;
