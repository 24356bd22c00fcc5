/**
 * Publishes a message on a topic of SNS of the local AWS, by its Query protocol: nothing of the platform does, so that it has no
 * client. Emulators find the service by the scope of the credential and look at no signature.
 */
export async function publish(topicArn: string, message: object): Promise<void> {
  const { AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID, AWS_REGION } = process.env;
  const scope = `${AWS_ACCESS_KEY_ID}/20260101/${AWS_REGION}/sns/aws4_request`;
  const response = await fetch(AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    },
    body: new URLSearchParams({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: topicArn,
      Message: JSON.stringify(message),
    }).toString(),
  });
  if (!response.ok) throw new Error(`SNS answered ${response.status}: ${await response.text()}`);
}
