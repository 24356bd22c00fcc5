export const explain = {
  explain: {
    isIn: (audience: string) => `In ${audience}, because:`,
    isNotIn: (audience: string) => `Not in ${audience}, because:`,
    optedOut: 'This person has opted out of everything, and is in no audience whatever its rule says.',
    evaluated: (wasIn: boolean, since: string) =>
      wasIn
        ? `By the last evaluation a member since ${since}; the next evaluation changes that.`
        : `By the last evaluation no member since ${since}; the next evaluation changes that.`,
    changesAt: (isIn: boolean, at: string) =>
      isIn ? `May leave at ${at} unless something new comes.` : `May enter at ${at} without anything new.`,
    partChangesAt: (isTrue: boolean, at: string) => `${isTrue ? 'holds' : 'does not hold'} until ${at} at least`,
    joins: { and: 'all of these', or: 'any of these', not: 'it is not so that' } as Readonly<Record<string, string>>,
    yes: 'yes',
    no: 'no',
    nothing: 'nothing is known',
    masked: '•••••',
    events: (n: number) =>
      n === 0 ? 'no event counts' : n === 1 ? '1 event counts' : `${n.toLocaleString('en-US')} events count`,
    fewest: (n: number) =>
      n === 1 ? 'This one condition would have to change:' : `These ${n} conditions would have to change:`,
    asOf: (time: string) => `as of ${time}`,
  },
} as const;
