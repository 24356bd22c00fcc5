import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DataStack } from '#lib/stacks/data-stack.ts';
import { putRecords, readItems } from './grants.ts';

type Data = Pick<DataStack, 'profiles' | 'memberships' | 'collection'>;

/** What a delivery function needs that may send texts: the person immediately before, and the stream for opt-outs. */
export const textEnvironment = ({ profiles, memberships, collection }: Data) => ({
  PROFILES_TABLE: profiles.tableName,
  MEMBERSHIPS_TABLE: memberships.tableName,
  COLLECTION_STREAM: collection.streamName,
});

/** Reading single people, and putting records: nothing else of either. */
export function allowTexts(made: IFunction, { profiles, memberships, collection }: Data): void {
  readItems(made, profiles);
  readItems(made, memberships);
  putRecords(made, collection);
}
