import { DEFAULT_EXAMPLE } from '#cli/example/generate.ts';
import { createPersons } from '#cli/example/persons.ts';
import { seededRandom } from '#cli/example/random.ts';
import { TIERS } from './page-data.ts';
import type { DemoCustomer } from './platform.ts';

const OF_EACH_TIER = 2;

/** Customers of the example's data to log in as, some of each tier, none who has opted out. @param now epoch ms */
export function demoCustomers(now: number): DemoCustomer[] {
  const persons = createPersons(seededRandom(DEFAULT_EXAMPLE.seed), now, DEFAULT_EXAMPLE.persons);
  const customers = persons.flatMap(({ customer, devices }) => {
    const state = customer?.states.at(-1);
    if (!customer || !state || state.optOut === 'out' || devices.length === 0) return [];
    const { crmId, firstName, lastName } = customer;
    return [{ crmId, name: `${firstName} ${lastName}`, tier: state.tier }];
  });
  return [...TIERS]
    .reverse()
    .flatMap((tier) => customers.filter((customer) => customer.tier === tier).slice(0, OF_EACH_TIER));
}
