/** The types of destinations that are sent people: one line each, one folder each (docs/destinations/adding.md). */
export { adobeTarget } from './adobe-target/definition.ts';
export { airship } from './airship/definition.ts';
export { awsSms } from './aws-sms/definition.ts';
export { braze } from './braze/definition.ts';
export { eventBridge } from './eventbridge/definition.ts';
export { googleDataManager } from './google-data-manager/definition.ts';
export { http } from './http/definition.ts';
export { kinesis } from './kinesis/definition.ts';
export { klaviyo } from './klaviyo/definition.ts';
export { linkedInAudiences } from './linkedin-audiences/definition.ts';
export { metaCustomAudiences } from './meta-custom-audiences/definition.ts';
export { microsoftAdvertising } from './microsoft-advertising/definition.ts';
export { s3File } from './s3-file/definition.ts';
export { salesforceMarketingCloud } from './salesforce-marketing-cloud/definition.ts';
export { sqs } from './sqs/definition.ts';
export { tiktok } from './tiktok/definition.ts';
export { twilio } from './twilio/definition.ts';
