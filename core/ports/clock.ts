/** The present in epoch milliseconds. The core never asks the machine. */
export type Clock = () => number;
