import { z } from 'zod';
import { describeStack, type QueryTarget, type StackFacts } from './query-api.ts';

/** Outputs by stack and by output name, as `cdk deploy --outputs-file` writes them. */
export const stackOutputs = z.record(z.string(), z.record(z.string(), z.string()));
export type StackOutputs = z.infer<typeof stackOutputs>;

/** What was deployed last, where to, and what came of it. */
export const deployRecord = z.object({
  /** Of the source files, where the app says which they are. */
  sourcesHash: z.string().optional(),
  /** Of what was synthesised from them. */
  assemblyHash: z.string(),
  endpoint: z.string(),
  /** Which run of the emulator, where that is known. */
  instance: z.string(),
  /** Stack name to the identifier it was given; an emulator that was emptied gives new ones. */
  stacks: z.record(z.string(), z.string()),
});
export type DeployRecord = z.infer<typeof deployRecord>;

/** A deployment about to be made, as far as it is known: its sources at first, then what they were synthesised to. */
export type WantedDeployment = Pick<DeployRecord, 'endpoint' | 'instance'> &
  ({ readonly sourcesHash: string | undefined } | { readonly assemblyHash: string });

const SETTLED = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

/** Whether the last deployment was of the same thing to the same run of the same endpoint. */
export function isSameDeployment(last: DeployRecord, wanted: WantedDeployment): boolean {
  const sameContent =
    'assemblyHash' in wanted
      ? last.assemblyHash === wanted.assemblyHash
      : wanted.sourcesHash !== undefined && last.sourcesHash === wanted.sourcesHash;
  return sameContent && last.endpoint === wanted.endpoint && last.instance === wanted.instance;
}

/** The stacks as the endpoint describes them, by name; those it does not know are left out. */
export async function describeStacks(
  target: QueryTarget,
  names: readonly string[],
): Promise<ReadonlyMap<string, StackFacts>> {
  const facts = new Map<string, StackFacts>();
  const ask = async (name: string): Promise<void> => {
    const stack = await describeStack(target, name);
    if (stack !== undefined) facts.set(name, stack);
  };
  await Promise.all(names.map(ask));
  return facts;
}

/** Whether a stack was made or changed with success, as far as the endpoint knows. */
export function isTerminal(stack: StackFacts | undefined): boolean {
  return stack !== undefined && SETTLED.test(stack.status);
}

/** Whether every stack of that deployment is there still: the very same, not one made again under the name. */
export async function isStillThere(target: QueryTarget, last: DeployRecord): Promise<boolean> {
  const names = Object.keys(last.stacks);
  const there = await describeStacks(target, names);
  const isThere = (name: string): boolean => isTerminal(there.get(name)) && there.get(name)?.id === last.stacks[name];
  return names.length > 0 && names.every(isThere);
}
