/** Processor time of this process in ms, garbage collection included: what others do on the machine does not count. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Runs something over and over for about `ms` of processor time, after warming up, and gives the runs a second. */
export function runsPerSecond(ms: number, run: () => void): number {
  repeat(ms / 4, run);
  const { runs, took } = repeat(ms, run);
  return (runs / took) * 1_000;
}

function repeat(ms: number, run: () => void): { runs: number; took: number } {
  const start = processorTime();
  for (let runs = 0; ; ) {
    run();
    runs += 1;
    const took = processorTime() - start;
    if (took >= ms) return { runs, took };
  }
}

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
