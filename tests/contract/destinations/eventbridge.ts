import { awsConformance, bytesOf, personIn, Rejection } from './aws-vendor.ts';

interface PutEvents {
  readonly Entries: readonly {
    readonly EventBusName: string;
    readonly Source: string;
    readonly DetailType: string;
    readonly Detail: string;
    readonly Time: number;
  }[];
}

const BUS = 'arn:aws:events:eu-central-1:111122223333:event-bus/audiences';

/** `PutEvents`: what is wrong with an entry stands inside a 200. */
export const conformance = awsConformance(
  {
    service: 'events',
    target: 'AWSEvents.PutEvents',
    url: 'https://events.eu-central-1.amazonaws.com/',
    call: ({ Entries }: PutEvents, taken, { invalid }) => {
      const size = Entries.reduce(
        (sum, { Source, DetailType, Detail }) => sum + 14 + bytesOf(Source) + bytesOf(DetailType) + bytesOf(Detail),
        0,
      );
      if (Entries.length < 1 || Entries.length > 10 || size >= 1_000_000) return new Rejection('ValidationException');
      const results = Entries.map(({ EventBusName, DetailType, Detail, Time }, n) => {
        if (EventBusName !== BUS || !Number.isFinite(Time)) return { ErrorCode: 'InternalFailure', ErrorMessage: 'no' };
        if (DetailType.length > 128) return { ErrorCode: 'InvalidArgument', ErrorMessage: 'DetailType' };
        if (invalid.has(personIn(Detail)))
          return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
        taken(Detail);
        return { EventId: `11710aed-b79e-4468-a20b-${n}` };
      });
      return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
    },
  },
  { bus: BUS },
);
