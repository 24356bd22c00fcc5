import { z } from 'zod';

/** A stream, queue or bus of AWS, as its ARN names it. */
export interface Arn {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  /** Without what stands before it in the ARN. */
  readonly name: string;
}

/**
 * The ARN of something that a stream destination puts to.
 * @param service as it stands in the ARN
 * @param resource what the last part has to be; its first group is the name
 * @param like an example for the error
 */
export const arnOf = (service: string, resource: RegExp, like: string) =>
  z.string().superRefine((text, context) => {
    const arn = parseArn(text);
    const name = arn?.service === service ? resource.exec(arn.resource)?.[1] : undefined;
    if (name === undefined) context.addIssue({ code: 'custom', message: `expected an ARN such as ${like}` });
    // Deliveries may put messages on queues of the platform itself: nobody may make one of them a destination.
    else if (name.startsWith('tributary-')) {
      context.addIssue({
        code: 'custom',
        message: `"${name}" is called like the platform's own: give it another name`,
      });
    }
  });

const ARN = /^arn:aws[a-z-]*:([a-z]+):([a-z0-9-]+):(\d{12}):([^\s:]+)$/;

function parseArn(text: string): { service: string; region: string; account: string; resource: string } | undefined {
  const [, service, region, account, resource] = ARN.exec(text) ?? [];
  if (service === undefined || region === undefined || account === undefined || resource === undefined)
    return undefined;
  return { service, region, account, resource };
}

/** @throws Error where the text is no ARN: check it with `arnOf` first */
export function readArn(text: string): Arn {
  const read = parseArn(text);
  if (!read) throw new Error(`"${text}" is no ARN: the catalog should not have taken it`);
  const { region, account, resource } = read;
  return { arn: text, region, account, name: resource.slice(resource.indexOf('/') + 1) };
}

/** Where a service of AWS answers in a region. */
export const awsOrigin = (service: string, region: string): string =>
  `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
