import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { profilePayload } from '#core/activation/profile-payload.ts';

/** The body of one request: `{"profiles":[…]}`, in order. */
export const httpBody = (
  deliveries: readonly ProfileDelivery[],
  segmentName: (id: string) => string | undefined = () => undefined,
): string => JSON.stringify({ profiles: deliveries.map((delivery) => profilePayload(delivery, segmentName)) });
