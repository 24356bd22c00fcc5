import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource } from '#lib/constructs/event-sources.ts';
import { putRecords, updateItemsUnder } from '#lib/constructs/grants.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { FunctionFactory } from './function-factory.ts';

/**
 * What AWS End User Messaging SMS of certain accounts publishes → what became of texts; opt-outs → the stream. One topic for all
 * destinations: they are named in the accounts that send, not here.
 */
export function addTextEvents(make: FunctionFactory): { readonly topic: Topic; readonly textEvents: WorkQueue } {
  const { scope, config, data, alarms } = make;
  const published = {
    principals: [new ServicePrincipal('sms-voice.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': config.textEventAccounts } },
  };
  // Numbers of people are in it. The key is our own because the service may not use the one AWS manages for SNS.
  const key = new Key(scope, 'TextEventsKey', {
    description: `Encrypts what is said of texts to Tributary ${config.stage}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TextsOfTheseAccounts',
      ...published,
      actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      resources: ['*'],
    }),
  );
  const topic = new Topic(scope, 'TextEventsTopic', {
    topicName: `tributary-${config.stage}-text-events`,
    masterKey: key,
    enforceSSL: true,
  });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TextsOfTheseAccounts',
      ...published,
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
    }),
  );
  const textEvents = new WorkQueue(scope, 'TextEventsQueue', {
    name: 'text-events',
    deadLetterPattern: 'text-events-dead-letters',
    alarms,
    functionTimeout: Duration.seconds(config.functions['text-events'].timeoutSeconds),
    // The stream may be full for hours.
    maxReceiveCount: 100,
    alarmAge: Duration.minutes(15),
  });
  topic.addSubscription(new SqsSubscription(textEvents.queue, { rawMessageDelivery: true }));
  const events = make.function('TextEvents', 'text-events', 'what AWS publishes about texts → what became of them', {
    ...make.catalog(),
    COLLECTION_STREAM: data.collection.streamName,
    TEXTS_SECRET: data.textsKey.secretArn,
  });
  putRecords(events.function, data.collection);
  updateItemsUnder(events.function, data.operations, [OPERATIONS_PREFIX.vendor]);
  data.textsKey.grantRead(events.function);
  events.function.addEventSource(queueSource(textEvents.queue, { batchSize: 10, maxConcurrency: 2 }));
  return { topic, textEvents };
}
