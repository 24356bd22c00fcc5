import { expect, it } from 'vitest';
import { type DeliveryStateItem, noDeliveryState } from '#core/activation/delivery-state.ts';
import { knownTo } from '#core/activation/known-to.ts';
import { hashEmail } from '#core/identity/hashing.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';

const entry = (status: 'realized' | 'exited') => ({ X: { status, lastQualificationTime: 1 } });
const hashed = `Email_LC_SHA256:${hashEmail('ann@example.com')}`;

it('names every destination that was told of a person, of items that are joined as well as of the one that joined them', async () => {
  const states = new MemoryVersionedStore<DeliveryStateItem>();
  const known = (lastRouted: object) => ({ lastRouted, digests: {}, excluded: {} }) as never;
  await states.write(
    {
      ...noDeliveryState('CRMID:a'),
      destinations: { crm: known({ 'CRMID:a': entry('exited'), 'CRMID:b': entry('realized') }) },
    },
    [],
  );
  await states.write(
    {
      ...noDeliveryState('ECID:1'),
      destinations: { ads: known({ 'ECID:1': entry('realized') }), mail: known({ [hashed]: entry('realized') }) },
    },
    [],
  );
  const people = ['CRMID:a', 'ECID:1', 'Email:Ann@Example.com'];
  expect(await knownTo(['CRMID:a', 'ECID:1'], people, states, new Map())).toEqual([
    { destinationId: 'ads', identities: ['ECID:1'], isMember: true },
    { destinationId: 'crm', identities: ['CRMID:a'], isMember: false },
    { destinationId: 'mail', identities: [hashed], isMember: true },
  ]);
});
