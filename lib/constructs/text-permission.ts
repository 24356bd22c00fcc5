import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DataStack } from '#lib/stacks/data-stack.ts';
import { putRecords, readItems } from './grants.ts';

type Data = Pick<DataStack, 'profiles' | 'memberships' | 'collection' | 'textsKey'>;

/** What a delivery function needs that may send texts: the person immediately before, and the stream for opt-outs. */
export const textEnvironment = ({ profiles, memberships, collection, textsKey }: Data) => ({
  PROFILES_TABLE: profiles.tableName,
  MEMBERSHIPS_TABLE: memberships.tableName,
  COLLECTION_STREAM: collection.streamName,
  TEXTS_SECRET: textsKey.secretArn,
});

/** Reading single people and the key of the texts that were sent, and putting records: nothing else of any. */
export function allowTexts(made: IFunction, { profiles, memberships, collection, textsKey }: Data): void {
  readItems(made, profiles);
  readItems(made, memberships);
  putRecords(made, collection);
  textsKey.grantRead(made);
}
