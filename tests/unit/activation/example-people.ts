/** The two people of the vendors' worked examples, as a profile has them: Ada enters, Björn leaves. */

export const EXAMPLE_SEGMENT = 'cart-abandoners';

const AT = '2026-11-30T09:00:00Z';

export const ADA = {
  identityMap: {
    CRMID: [{ id: 'C00042' }],
    Email: [{ id: '  Ada.Okafor@Example.com ' }],
    'Phone_E.164': [{ id: '+15035550142' }],
  },
  attributes: { person: { name: { firstName: 'Ada', lastName: 'Okafor' } } },
};

export const BJORN = {
  identityMap: {
    CRMID: [{ id: 'C00077' }],
    Email: [{ id: 'Bjorn.Mueller+shop@GMail.com' }],
    'Phone_E.164': [{ id: '+493023125014' }],
  },
  attributes: { person: { name: { firstName: 'Björn', lastName: 'Müller' } } },
};

/** Lines of a preview. */
export const enters = (person: object, segmentId = EXAMPLE_SEGMENT): object => ({
  segmentId,
  status: 'realized',
  lastQualificationTime: AT,
  ...person,
});
export const leaves = (person: object, segmentId = EXAMPLE_SEGMENT): object => ({
  ...enters(person, segmentId),
  status: 'exited',
});
